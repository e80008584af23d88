"""Syncs and VidraResources that wait for each other are found, however long the way around."""

from vidra.api.dependencies import Dependency
from vidra.api.meta import Meta
from vidra.api.names import RESOURCE_KIND
from vidra.api.resource import ResourceSpec, VidraResource
from vidra.api.sources import InfrahubSource
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec, Sync
from vidra.controllers.runtime.dependency_cycles import dependency_cycle
from vidra.kube.store import Store


def syncs(**wants: str) -> Store[Sync]:
    """Syncs by name, each with what it waits for, with blanks between."""
    store: Store[Sync] = Store(key=lambda sync: sync.key)
    for number, (name, others) in enumerate(wants.items()):
        depends_on = tuple(Dependency(other) for other in others.split())
        spec = InfrahubSyncSpec(source=InfrahubSource("http://infrahub", artifact_name="A"), depends_on=depends_on)
        store.changed(InfrahubSync(Meta(name=name, uid=name, resource_version=str(number + 1)), spec))
    return store


NOTHING: Store[VidraResource] = Store()


def test_a_line_is_no_circle() -> None:
    assert dependency_cycle(Dependency("a"), syncs(a="b c", b="c", c=""), NOTHING) == ""


def test_one_that_waits_for_itself_is_one() -> None:
    assert "InfrahubSync a → InfrahubSync a." in dependency_cycle(Dependency("a"), syncs(a="a"), NOTHING)


def test_the_whole_way_around_is_told() -> None:
    found = dependency_cycle(Dependency("a"), syncs(a="x b", b="c", c="a", x=""), NOTHING)
    assert "InfrahubSync a → InfrahubSync b → InfrahubSync c → InfrahubSync a." in found


def test_a_circle_that_one_only_leads_to_is_not_its_own() -> None:
    assert dependency_cycle(Dependency("a"), syncs(a="b", b="c", c="b"), NOTHING) == ""
    assert dependency_cycle(Dependency("b"), syncs(a="b", b="c", c="b"), NOTHING) != ""


def test_what_is_missing_ends_a_way() -> None:
    assert dependency_cycle(Dependency("a"), syncs(a="nowhere"), NOTHING) == ""


def test_objects_in_clusters_are_no_part_of_one() -> None:
    store = syncs(a="")
    wanted = (Dependency("a", api_version="v1", kind="ConfigMap", namespace="x"),)
    spec = InfrahubSyncSpec(source=InfrahubSource("http://infrahub", artifact_name="A"), depends_on=wanted)
    store.changed(InfrahubSync(Meta(name="a", uid="a", resource_version="9"), spec))
    assert dependency_cycle(Dependency("a"), store, NOTHING) == ""


def test_a_vidraresource_may_be_part_of_one() -> None:
    resources: Store[VidraResource] = Store()
    mine = Dependency("r", kind=RESOURCE_KIND)
    resources.changed(VidraResource(Meta(name="r", uid="r"), ResourceSpec(depends_on=(Dependency("a"),))))
    store = syncs(a="")
    spec = InfrahubSyncSpec(source=InfrahubSource("http://infrahub", artifact_name="A"), depends_on=(mine,))
    store.changed(InfrahubSync(Meta(name="a", uid="a", resource_version="9"), spec))
    assert "VidraResource r → InfrahubSync a → VidraResource r." in dependency_cycle(mine, store, resources)
