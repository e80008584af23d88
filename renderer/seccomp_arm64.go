package main

import "golang.org/x/sys/unix"

const thisArch = unix.AUDIT_ARCH_AARCH64

var alsoAllowed []uint32
