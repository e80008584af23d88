"""Adjusts a health by what the object does not contain: the time, and when its StorageClass binds claims."""

from collections.abc import Callable

from vidra.api.health import Health, Status
from vidra.apply.health.observed import OBSERVED_WITHIN
from vidra.apply.health.results import current, in_progress

BindsLate = Callable[[str], bool | None]
"""Whether a StorageClass binds a claim only for a Pod; None when that is not known."""


def counted(health: Health, now: float, binds_late: BindsLate) -> Health:
    """The health at a time (Unix time)."""
    if health.unless_late:
        return _claim(health, binds_late(health.unless_late))
    if health.until and health.until <= now and health.status is Status.IN_PROGRESS:
        return current(
            f"no status {OBSERVED_WITHIN // 60} minutes after its creation: taken as a kind that never has one"
        )
    return health


def _claim(health: Health, late: bool | None) -> Health:
    """A claim that waits for its first Pod is as healthy as it can be: that Pod may be waiting for it."""
    name = health.unless_late
    if late:
        return current(f"waits for its first Pod, as its StorageClass {name} has it (WaitForFirstConsumer)")
    if late is None:
        return in_progress(
            f"{health.message}; how its StorageClass {name} binds cannot be read, and if that is WaitForFirstConsumer, "
            "the claim waits for a Pod that uses it: put both into one wave, or let Vidra list and watch StorageClasses"
        )
    return health
