package main

import (
	"net"
	"os"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// probeRequest asks to try what must not work, so that it can be shown where a Pod runs.
type probeRequest struct {
	Address string `json:"address"` // to connect to
	Program string `json:"program"` // to run
	Read    string `json:"read"`    // a file
	Write   string `json:"write"`   // a file
}

// probe tries from many threads at once, and tells what each attempt came to; "done" would be a hole.
func probe(asked *probeRequest) *answer {
	attempts := map[string]func() error{
		"connect": func() error { return closed(net.Dial("tcp", asked.Address)) },
		"listen":  func() error { return closed(net.Listen("tcp", "127.0.0.1:0")) },
		"start":   func() error { return start(asked.Program) },
		"become":  func() error { return unix.Exec(asked.Program, []string{asked.Program}, nil) },
		"read":    func() error { _, err := os.ReadFile(asked.Read); return err },
		"write":   func() error { return os.WriteFile(asked.Write, []byte("x"), 0o600) },
	}
	found := map[string]string{"environment": strings.Join(os.Environ(), " ")}
	var guard sync.Mutex
	var all sync.WaitGroup
	for name, attempt := range attempts {
		for range 8 {
			all.Go(func() {
				runtime.LockOSThread() // a thread of its own
				said := "done"
				if err := attempt(); err != nil {
					said = err.Error()
				}
				guard.Lock()
				defer guard.Unlock()
				if found[name] != "done" {
					found[name] = said
				}
			})
		}
	}
	all.Wait()
	return &answer{Probed: found}
}

func start(program string) error {
	process, err := os.StartProcess(program, []string{program}, &os.ProcAttr{Files: []*os.File{os.Stdin, os.Stdout}})
	if err == nil {
		_ = process.Release()
	}
	return err
}

func closed(opened interface{ Close() error }, err error) error {
	if err == nil {
		_ = opened.Close()
	}
	return err
}
