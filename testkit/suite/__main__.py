"""``python -m testkit.suite``: run the tests, say first how long that takes here, and what came of it.

Options: ``--loaded`` (beside four busy loops and a disk writer), ``--times N`` (each with another seed), ``--jobs N``.
What follows ``--`` is pytest's.
"""

from __future__ import annotations

import argparse
import random
import sys
from contextlib import ExitStack
from typing import Final

from testkit.suite import expected
from testkit.suite.distribution import DISTRIBUTION
from testkit.suite.neighbours import BUSY, neighbours
from testkit.suite.once import Outcome, once
from toolchain.errors import BinariesError
from toolchain.find import find
from toolchain.progress import say
from toolchain.renderer import find_renderer

MOST_JOBS: Final = 6
"""Workers by default, or two more than there are cores, because tests wait for others: each has a control plane of its
own, of 0.8 GB, and four have one to three more."""
INTERRUPTED: Final = 2
"""pytest's exit code after Ctrl-C."""


def main() -> int:
    """Read the arguments and run; the exit code is that of the first run that failed."""
    parser = argparse.ArgumentParser(prog="python -m testkit.suite", description=__doc__)
    parser.add_argument("--loaded", action="store_true")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=min(expected.cores() + 2, MOST_JOBS))
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    _announce(options.jobs, options.times, loaded=options.loaded, some=bool(options.rest))
    try:
        find()
        find_renderer()
    except BinariesError as error:
        say(str(error))
        return 1
    with ExitStack() as stack:
        if options.loaded:
            stack.enter_context(neighbours())
        return _run(options.times, options.jobs, options.rest, loaded=options.loaded)


def _announce(jobs: int, times: int, *, loaded: bool, some: bool) -> None:
    beside = f", beside {BUSY} busy loops and a disk writer" if loaded else ""
    often = f", {times} times" if times > 1 else ""
    which = "Some tests" if some else f"All tests{often}"
    say(f"{which} on real control planes, {jobs} at a time on {expected.cores()} cores{beside}.")
    if first := expected.programs():
        say(first)
    if not some:
        each = " each" if times > 1 else ""
        say(f"That takes {expected.tests(jobs, loaded=loaded)}{each}; control planes start before the first dots.")


def _run(times: int, jobs: int, rest: list[str], *, loaded: bool) -> int:
    outcomes: dict[int, Outcome] = {}
    while len(outcomes) < times:
        seed = random.randrange(2**32)  # noqa: S311 — not for secrets
        workers = ("--numprocesses", str(jobs), *DISTRIBUTION)
        order = () if "no:randomly" in rest else (f"--randomly-seed={seed}",)
        outcomes[seed] = outcome = once((*workers, *order, *rest))
        if outcome.code == INTERRUPTED or outcome.code < 0:  # by a signal, before pytest took it
            break
        if not rest and outcome.code == 0:
            expected.took(outcome.seconds, jobs, loaded=loaded)
    for seed, outcome in outcomes.items():
        say(f"seed {seed}: {outcome.last}; {outcome.cpu:.0f} s of CPU, load {outcome.load:.1f}")
    return next((abs(outcome.code) for outcome in outcomes.values() if outcome.code), 0)


if __name__ == "__main__":
    sys.exit(main())
