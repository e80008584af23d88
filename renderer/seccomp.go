package main

import "golang.org/x/sys/unix"

// allowed is what the runtime of Go needs to compute, and to read and write what is open. None of it opens anything.
var allowed = append([]uint32{
	unix.SYS_READ,
	unix.SYS_WRITE,
	unix.SYS_CLOSE,
	unix.SYS_MUNMAP,
	unix.SYS_MADVISE,
	unix.SYS_MINCORE,
	unix.SYS_FUTEX,
	unix.SYS_NANOSLEEP,
	unix.SYS_CLOCK_NANOSLEEP,
	unix.SYS_CLOCK_GETTIME,
	unix.SYS_SCHED_YIELD,
	unix.SYS_SCHED_GETAFFINITY,
	unix.SYS_RT_SIGACTION,
	unix.SYS_RT_SIGPROCMASK,
	unix.SYS_RT_SIGRETURN,
	unix.SYS_SIGALTSTACK,
	unix.SYS_RESTART_SYSCALL,
	unix.SYS_EPOLL_CTL,
	unix.SYS_EPOLL_PWAIT,
	unix.SYS_GETPID,
	unix.SYS_GETTID,
	unix.SYS_GETRANDOM,
	unix.SYS_EXIT,
	unix.SYS_EXIT_GROUP,
}, alsoAllowed...)

// Offsets in the kernel's struct seccomp_data; of an argument the lower half is looked at (both architectures are
// little-endian, and the upper one of these means nothing).
const (
	number   = 0
	arch     = 4
	argument = 16
)

const (
	load     = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	equal    = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	atLeast  = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
	hasBits  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	result   = unix.BPF_RET | unix.BPF_K
	refuse   = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	allow    = unix.SECCOMP_RET_ALLOW
	kill     = unix.SECCOMP_RET_KILL_PROCESS
	otherABI = 0x40000000 // x32's calls have this bit in their number; arm64 has none so high
)

// seccompRules are the filter: what is not allowed fails with EPERM, so that who tried says so; what comes in the
// numbers of another architecture ends the process.
func seccompRules(pid int) []unix.SockFilter {
	rules := []unix.SockFilter{
		{Code: load, K: arch},
		{Code: equal, K: thisArch, Jt: 1},
		{Code: result, K: kill},
		{Code: load, K: number},
		{Code: atLeast, K: otherABI, Jf: 1},
		{Code: result, K: kill},
	}
	for _, call := range allowed {
		rules = append(rules, unix.SockFilter{Code: equal, K: call, Jf: 1}, unix.SockFilter{Code: result, K: allow})
	}
	rules = append(rules, only(unix.SYS_CLONE, 0, hasBits, unix.CLONE_THREAD, allow, refuse)...) // threads, no processes
	rules = append(rules, only(unix.SYS_TGKILL, 0, equal, uint32(pid), allow, refuse)...)        // itself
	rules = append(rules, only(unix.SYS_MMAP, 2, hasBits, unix.PROT_EXEC, refuse, allow)...)     // data, no code
	return append(rules, unix.SockFilter{Code: result, K: refuse})
}

// only decides about one call by one of its arguments.
func only(call uint32, position uint32, test uint16, value, then, otherwise uint32) []unix.SockFilter {
	return []unix.SockFilter{
		{Code: equal, K: call, Jf: 4},
		{Code: load, K: argument + 8*position},
		{Code: test, K: value, Jf: 1},
		{Code: result, K: then},
		{Code: result, K: otherwise},
	}
}
