package main

import "golang.org/x/sys/unix"

const thisArch = unix.AUDIT_ARCH_X86_64

// A new thread of Go names its own storage.
var alsoAllowed = []uint32{unix.SYS_ARCH_PRCTL}
