"""Tell random stories for hours: `python -m testkit.model --hours 1`; all that went wrong is printed at once."""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
import traceback

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from testkit.model.machine import Machine
from testkit.model.world import World

ROUND = settings(
    max_examples=10,
    stateful_step_count=50,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


def main() -> int:
    """Rounds of ten stories, each round with a seed and a world of its own; every other one kills real processes."""
    arguments = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    ends = time.monotonic() + arguments.hours * 3600
    steps = failures = rounds = 0
    dice = random.Random(arguments.seed)  # noqa: S311 - stories need no cryptography
    while time.monotonic() < ends:
        number = dice.randrange(2**32) if rounds or arguments.seed is None else arguments.seed
        process = bool(rounds % 2) if arguments.operator == "both" else arguments.operator == "process"
        done, well = _round(number, process=process)
        rounds, steps, failures = rounds + 1, steps + done, failures + (not well)
        again = f"--seed {number} --operator {'process' if process else 'task'}"
        _say(f"round {rounds}, {again}: {'well' if well else 'WRONG'}; {steps} steps so far")
    _say(f"{rounds} rounds, {steps} steps, {failures} rounds went wrong")
    return 1 if failures else 0


def _round(number: int, *, process: bool) -> tuple[int, bool]:
    with World(process=process) as world:
        machine = seed(number)(type("Stories", (Machine,), {"world": world}))
        try:
            run_state_machine_as_test(machine, settings=ROUND)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            _say("\n".join(world.wrong or traceback.format_exception(error)))
            return world.steps, False
        return world.steps, True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0, help="how long (%(default)s)")
    parser.add_argument("--seed", type=int, help="of the first round, to repeat it")
    parser.add_argument("--operator", choices=("both", "task", "process"), default="both", help="what is killed")
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
