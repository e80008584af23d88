package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// reserved is what the runtime of Go reserves of the address space without using it.
const reserved = 2 << 30

// confine takes everything away from this process, all its threads, that rendering does not need: for good, and without
// privileges.
//
// Invariant: nothing that came from outside has been read before this returns. From then on there is no way to the
// network, to another program, to another process or to any file but the standard ones that are open already.
func confine(l limits) error {
	time.Sleep(time.Nanosecond) // the first timer opens descriptors, and later there are none to be had
	runtime.GOMAXPROCS(2)       // a fixed number is not looked up again in /proc
	debug.SetMemoryLimit(l.memory / 4 * 3)
	debug.SetMaxStack(64 << 20)
	giveUpFirst()
	for _, each := range []struct {
		kind       int
		soft, hard uint64
	}{
		{unix.RLIMIT_CPU, uint64(l.cpu), uint64(l.cpu) + 2},
		{unix.RLIMIT_DATA, uint64(l.memory), uint64(l.memory)},
		{unix.RLIMIT_AS, uint64(l.memory) + reserved, uint64(l.memory) + reserved},
		{unix.RLIMIT_FSIZE, uint64(l.output)*2 + 8<<20, uint64(l.output)*2 + 8<<20}, // the text in base64, with messages
		{unix.RLIMIT_CORE, 0, 0},
		{unix.RLIMIT_NOFILE, 0, 0},
	} {
		limit := unix.Rlimit{Cur: each.soft, Max: each.hard}
		if err := unix.Setrlimit(each.kind, &limit); err != nil {
			return fmt.Errorf("limit %d cannot be set: %w", each.kind, err)
		}
	}
	return filter()
}

// giveUpFirst lets the kernel end this process before the one that asked, where memory runs out. Where there is no
// /proc, the limits have to do.
func giveUpFirst() {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
}

// filter has the kernel refuse every call that is not on the list, in all threads at once.
func filter() error {
	rules := seccompRules(os.Getpid())
	whole := unix.SockFprog{Len: uint16(len(rules)), Filter: &rules[0]}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("new privileges cannot be given up: %w", err)
	}
	thread, _, err := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&whole)))
	if err != 0 {
		return fmt.Errorf("the filter of system calls cannot be set: %w", err)
	}
	if thread != 0 {
		return fmt.Errorf("thread %d has a filter of system calls already that another one cannot follow", thread)
	}
	return nil
}
