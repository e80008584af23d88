"""Become a program that dies with the process that wanted it: ``launch.py PARENT PROGRAM ARGUMENT…``.

Run as a script of its own, because only a process itself can ask the kernel for that, and a hook between fork and exec
is not safe in a program with threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent, then replace it by the program."""
    parent, program = int(sys.argv[1]), sys.argv[2]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == parent:  # else it died before the kernel was asked
        os.execv(program, sys.argv[2:])  # noqa: S606 — no shell is wanted


if __name__ == "__main__":
    main()
