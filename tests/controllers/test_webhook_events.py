"""Which syncs an event of Infrahub concerns."""

from datetime import UTC, datetime

import pytest

from vidra.api.meta import Meta
from vidra.api.sources import HelmSource, InfrahubSource, SourceSpec
from vidra.api.sources.values import ValuesArtifact, ValuesFrom
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec, SyncDestination, VidraSync, VidraSyncSpec
from vidra.controllers.sync.webhooks.event import ArtifactEvent, concerned

ONE, TWO = "https://one.example.com", "https://two.example.com:8443/lab/"


NOW = datetime(2026, 11, 26, tzinfo=UTC)


def sync(
    name: str,
    *,
    url: str = ONE,
    artifact: str = "Web",
    branch: str = "main",
    date: str | None = None,
    suspend: bool = False,
) -> InfrahubSync:
    source = InfrahubSource(infrahub_api_url=url, artifact_name=artifact, target_branch=branch, target_date=date)
    return InfrahubSync(
        metadata=Meta(name=name), spec=InfrahubSyncSpec(source=source, destination=SyncDestination(), suspend=suspend)
    )


SYNCS = [
    sync("web"),
    sync("more", artifact="More"),
    sync("more-elsewhere", artifact="More"),
    sync("two", url=TWO),
    sync("feature", branch="feature"),
    sync("past", date="2025-01-31T12:00:00Z"),
    sync("relative", date="-1h"),
    sync("no-date", date="yesterday"),
    sync("empty-date", date=" ", branch="dated"),
    sync("future", date="2031-01-31T12:00:00Z", branch="dated"),
    sync("suspended", suspend=True),
]


def event(branch: str = "main", *infrahubs: str, deleted: bool = False) -> ArtifactEvent:
    return ArtifactEvent(branch=branch, artifact="a", checksum="c", infrahubs=frozenset(infrahubs), deleted=deleted)


@pytest.mark.parametrize(
    ("told", "knowing", "expected"),
    [
        (event(), {"more"}, ["more", "more-elsewhere"]),
        (event(), {"web"}, ["web", "two"]),
        (event(), {"more", "two"}, ["web", "more", "more-elsewhere", "two"]),
        (event(), set(), ["web", "more", "more-elsewhere", "two"]),
        (event(deleted=True), {"more"}, ["more", "more-elsewhere"]),
        (event(deleted=True), set(), []),
        (event("feature"), set(), ["feature"]),
        (event("feature"), {"web"}, ["feature"]),
        (event("feature"), {"more"}, []),
        (event("dated"), set(), ["empty-date", "future"]),
        (event("elsewhere"), {"more"}, []),
        (event(), {"past"}, ["web", "two"]),
        (event("main", "https://one.example.com:443/"), set(), ["web", "more", "more-elsewhere"]),
        (event("main", "https://two.example.com:8443/lab"), set(), ["two"]),
        (event("main", "https://two.example.com:8443/lab"), {"web"}, ["two"]),
        (event("main", ONE, TWO), set(), ["web", "more", "more-elsewhere", "two"]),
        (event("main", "https://three.example.com"), {"more"}, []),
    ],
)
def test_those_of_its_name_or_all_that_might(told: ArtifactEvent, knowing: set[str], expected: list[str]) -> None:
    assert concerned(told, SYNCS, knowing, NOW) == expected


@pytest.mark.parametrize(("branch", "expected"), [("main", ["VidraSync/gateway"]), ("feature", [])])
def test_a_chart_with_values_of_an_artifact_is_concerned(branch: str, expected: list[str]) -> None:
    values = ValuesFrom(infrahub=ValuesArtifact(infrahub_api_url=ONE, artifact_name="gateway_values"))
    source = SourceSpec(helm=HelmSource(url="oci://registry.example.com/gateway", values_from=(values,)))
    item = VidraSync(metadata=Meta(name="gateway"), spec=VidraSyncSpec(source=source))
    assert concerned(event(branch), [item, sync("suspended", suspend=True)], set(), NOW) == expected


def test_a_sync_that_is_being_deleted_is_left_alone() -> None:
    item = sync("web")
    going = InfrahubSync(metadata=Meta(name="web", deletion_timestamp="2026-11-26T00:00:00Z"), spec=item.spec)
    assert concerned(event(), [going], {"web"}, NOW) == []
