"""What a verdict counts as, by the time and by how a StorageClass binds."""

import pytest

from vidra.api.health import Health, Status
from vidra.apply.health.adjust import counted

CLAIM = Health(Status.IN_PROGRESS, "not bound, phase Pending", unless_late="slow")
NEW = Health(Status.IN_PROGRESS, "no status yet", until=100.0)


@pytest.mark.parametrize(
    ("health", "now", "late", "status", "says"),
    [
        (CLAIM, 0, True, Status.CURRENT, "WaitForFirstConsumer"),
        (CLAIM, 0, False, Status.IN_PROGRESS, "phase Pending"),
        (CLAIM, 0, None, Status.IN_PROGRESS, "put both into one wave"),
        (NEW, 99, False, Status.IN_PROGRESS, "no status yet"),
        (NEW, 100, False, Status.CURRENT, "no status"),
        (Health(Status.FAILED, "broken"), 1e12, True, Status.FAILED, "broken"),
        (Health(Status.CURRENT), 0, None, Status.CURRENT, ""),
    ],
)
def test_what_a_verdict_counts_as(health: Health, now: float, late: bool | None, status: Status, says: str) -> None:
    found = counted(health, now, lambda _: late)
    assert found.status is status
    assert says in found.message
