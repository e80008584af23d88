"""The process: a job and a pack on standard input, its answer on standard output."""

from __future__ import annotations

import mmap
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

from vidra.sources.sandbox.jobs import answer, prepare, read_job


def _limit(limits: Mapping[str, int]) -> None:
    """Take what is not needed away from this process, before it looks at what strangers packed."""
    with Path("/proc/self/oom_score_adj").open("w") as file:
        file.write("1000")  # where memory runs out, this process ends and not the operator
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"] + 5))
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    """Read, work within the limits of the job, answer."""
    data = memoryview(mmap.mmap(0, 0, access=mmap.ACCESS_READ))
    job, place = read_job(data)
    prepare(job)
    _limit(job["limits"])
    for part in answer(job, data[place:]):
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
