"""A person is told who works, since when and with which version; or that nobody does, and how to start one."""

from datetime import UTC, datetime, timedelta

import pytest

from vidra import __version__
from vidra.api.meta import Meta
from vidra.api.times import micro_time
from vidra.kube.lease import Lease, LeaseSpec, with_version
from vidra.views.operators import AtWork, at_work

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOLDER = "node-1_0af"


def lease(name: str = "vidra-operator", *, holder: str = HOLDER, silent: float = 1, lasts: int | None = 15) -> Lease:
    """A Lease that was renewed so many seconds ago."""
    renewed = micro_time(NOW - timedelta(seconds=silent))
    spec = LeaseSpec(holder, lasts, acquire_time=micro_time(NOW - timedelta(hours=1)), renew_time=renewed)
    return with_version(Lease(Meta(name=name), spec), holder)


def found(*leases: Lease) -> AtWork:
    return at_work("vidra-system", leases, NOW)


def test_who_works_is_named_with_time_and_version() -> None:
    assert found(lease()).state == "works"
    assert found(lease()).sentence == (
        f"{HOLDER} holds vidra-operator since 2026-11-29T11:00:00Z, version {__version__}"
    )


@pytest.mark.parametrize(
    ("leases", "says"),
    [
        ([], "it has no Lease vidra-operator or vidra-operator-alone"),
        (
            [lease(silent=90)],
            f"the Lease vidra-operator is held by {HOLDER} and not renewed since 2026-11-29T11:58:30Z",
        ),
        ([lease("vidra-operator-alone", holder="")], "the Lease vidra-operator-alone is released"),
        # Other Leases in the namespace are of other programs, or of replicas that stand by.
        ([lease("other"), lease("vidra-operator-replica-0a")], "it has no Lease"),
    ],
)
def test_where_nobody_works_it_says_how_to_start_one(leases: list[Lease], says: str) -> None:
    assert found(*leases).state == "nobody"
    assert says in found(*leases).sentence
    assert "start one with `vidra operator`" in found(*leases).sentence


def test_clocks_that_differ_a_little_make_nobody_dead() -> None:
    assert found(lease(silent=-20)).state == "works"
    assert found(lease(silent=25)).state == "works"


def test_an_operator_that_wrote_its_lease_once_is_not_said_to_be_dead() -> None:
    old = found(lease("vidra-operator-alone", silent=9_000, lasts=None))
    assert old.state == "unknown"
    assert "whether it still runs, its Lease does not say" in old.sentence


def test_leases_that_may_not_be_seen_say_nothing() -> None:
    unseen = AtWork("vidra-system", unseen="forbidden")
    assert unseen.state == "unknown"
    assert "cannot be seen: forbidden" in unseen.sentence


def test_shards_that_nobody_holds_are_counted() -> None:
    held = [lease(f"vidra-operator-{number}-of-3") for number in (1, 2)]
    assert found(*held, lease("vidra-operator-3-of-3")).state == "works"
    left = found(*held, lease("vidra-operator-3-of-3", silent=90))
    assert left.state == "partly"
    assert "2 of 3 shards are held" in left.sentence


def test_the_version_is_the_holders_own() -> None:
    """An operator from before this took the Lease over, and kept the annotation that it found."""
    before = lease()
    after = Lease(before.metadata, LeaseSpec("old", 15, renew_time=micro_time(NOW)))
    assert "version" not in found(after).sentence
