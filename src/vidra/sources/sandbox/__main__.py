"""The process: a job and a pack on standard input, its answer on standard output."""

from __future__ import annotations

import mmap
import resource
import sys

from vidra.sources.sandbox.jobs import answer, read_job


def main() -> None:
    """Read, work within the limits of the job, answer."""
    data = memoryview(mmap.mmap(0, 0, access=mmap.ACCESS_READ))
    job, place = read_job(data)
    limits = job["limits"]
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["cpu"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    for part in answer(job, data[place:]):
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
