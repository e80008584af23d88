"""What Vidra has in a cluster, seen through one watch per kind."""

from collections.abc import Iterator

import msgspec
import pytest

from testkit.controlplane import ControlPlane
from testkit.eventually import eventually
from vidra.api.health import CURRENT
from vidra.api.names import MANAGED_LABEL
from vidra.apply.health.evaluator import Verdicts
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.informers import InformerSet, Places
from vidra.kube.kind_informer import EVERYWHERE
from vidra.kube.object_snapshot import ObjectSnapshot
from vidra.kube.operations import apply
from vidra.kube.partial_metadata import LiveMeta, LiveObject
from vidra.kube.visibility import Sight

CONFIGS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
LIMITS = Kind("v1", "LimitRange", "limitranges", namespaced=True)
QUOTAS = Kind("v1", "ResourceQuota", "resourcequotas", namespaced=True)
"""Two that no other test watches."""
MANAGER = "vidra:hub:me"

Changes = list[tuple[ObjectSnapshot | None, ObjectSnapshot | None]]


@pytest.fixture
def changes() -> Changes:
    return []


@pytest.fixture
def observed(admin: Client, changes: Changes) -> Iterator[InformerSet]:
    found = InformerSet(admin, lambda old, new: changes.append((old, new)), Verdicts(), lambda _: None)
    yield found
    found.close()


def everywhere(*kinds: Kind) -> Places:
    return {kind: frozenset() for kind in kinds}


def sight(observed: InformerSet, kind: Kind) -> Sight:
    """Whether any object of a kind would be seen."""
    return observed.look(kind, "default", "x").sight


def watches(plane: ControlPlane, mark: int) -> int:
    """How many watches of the two began."""
    mine = {"limitranges", "resourcequotas"}
    began = [entry for entry in plane.audit.so_far(mark) if entry.verb == "watch" and entry.resource in mine]
    return len([entry for entry in began if "managed%3Dtrue" in entry.uri])


async def write(client: Client, namespace: str, name: str, value: str, manager: str = MANAGER) -> LiveObject:
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "labels": {MANAGED_LABEL: "true"}},
        "data": {"a": value},
    }
    path = CONFIGS.path(namespace, name)
    return await apply(client, path, msgspec.json.encode(body), manager=manager, force=True)


async def test_a_watch_starts_with_the_first_owner_and_ends_with_the_last(
    observed: InformerSet, controlplane: ControlPlane
) -> None:
    mark = controlplane.audit.mark()
    observed.hold("one", everywhere(LIMITS))
    observed.hold("two", everywhere(LIMITS))
    await observed.ready({LIMITS}, 10)
    assert sight(observed, LIMITS) is Sight.SEEN
    observed.hold("one", {})
    assert sight(observed, LIMITS) is Sight.SEEN
    observed.hold("two", everywhere(QUOTAS))
    assert sight(observed, LIMITS) is Sight.NOT_YET
    await observed.ready({QUOTAS}, 10)
    await eventually(lambda: watches(controlplane, mark) == 2)
    observed.hold("two", {})
    assert sight(observed, QUOTAS) is Sight.NOT_YET


async def test_a_kind_that_cannot_be_watched_is_asked_for(observed: InformerSet, admin: Client, namespace: str) -> None:
    unwatched = msgspec.structs.replace(CONFIGS, watchable=False)
    await write(admin, namespace, "mine", "1")
    assert observed.look(unwatched, namespace, "mine").sight is Sight.NOT_YET
    await observed.see("one", [(unwatched, namespace, "mine"), (unwatched, namespace, "none")])
    mine = observed.look(unwatched, namespace, "mine")
    assert (mine.sight, mine.asked) == (Sight.SEEN, True)
    assert mine.state is not None
    assert mine.state.health == CURRENT
    none = observed.look(unwatched, namespace, "none")
    assert (none.sight, none.state) == (Sight.SEEN, None)
    await admin.send("DELETE", CONFIGS.path(namespace, "mine"))
    await observed.see("one", [(unwatched, namespace, "mine")])
    assert observed.get(unwatched, namespace, "mine") is None


async def test_the_owners_of_a_kind_that_is_not_served_are_told(admin: Client) -> None:
    told: list[tuple[str, ...]] = []
    observed = InformerSet(admin, lambda _old, _new: None, Verdicts(), told.append)
    observed.hold("one", everywhere(Kind("nowhere.example/v1", "Thing", "things", namespaced=True)))
    observed.hold("two", everywhere(CONFIGS))
    await eventually(lambda: bool(told))
    assert set(told) == {("one",)}
    observed.close()


async def test_a_view_that_is_not_complete_in_time_is_not_used(observed: InformerSet) -> None:
    unknown = Kind("nowhere.example/v1", "Thing", "things", namespaced=True)
    observed.hold("one", everywhere(unknown))
    await observed.ready({unknown}, 0.05)
    assert sight(observed, unknown) is Sight.NOT_YET


async def test_the_echo_of_an_own_write_is_old_news(
    observed: InformerSet, changes: Changes, admin: Client, namespace: str
) -> None:
    observed.hold("one", everywhere(CONFIGS))
    await observed.ready({CONFIGS}, 10)
    changes.clear()
    observed.note(CONFIGS, await write(admin, namespace, "mine", "1"))
    assert len(changes) == 1
    await write(admin, namespace, "other", "1", manager="vidra:hub:other")
    await eventually(lambda: observed.get(CONFIGS, namespace, "other") is not None)
    assert [new.holders[0][0] for _, new in changes if new] == [MANAGER, "vidra:hub:other"]


async def test_somebody_elses_fields_are_no_news_and_ours_are(
    observed: InformerSet, changes: Changes, admin: Client, namespace: str
) -> None:
    observed.hold("one", everywhere(CONFIGS))
    await observed.ready({CONFIGS}, 10)
    await write(admin, namespace, "mine", "1")
    await eventually(lambda: observed.get(CONFIGS, namespace, "mine") is not None)
    before = observed.get(CONFIGS, namespace, "mine")
    assert before is not None
    changes.clear()
    path = CONFIGS.path(namespace, "mine")
    await apply(
        admin,
        path,
        b'{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}, "data": {"b": "2"}}',
        manager="somebody",
        force=False,
    )
    await eventually(lambda: observed.get(CONFIGS, namespace, "mine").version > before.version)  # type: ignore[union-attr]
    assert changes == []
    await apply(
        admin,
        path,
        b'{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}, "data": {"a": "2"}}',
        manager="somebody",
        force=True,
    )
    await eventually(lambda: len(changes) == 1)
    assert observed.get(CONFIGS, namespace, "mine").digest(MANAGER) != before.digest(MANAGER)  # type: ignore[union-attr]


async def test_the_end_of_an_object_is_told_once_and_a_late_answer_does_not_bring_it_back(
    observed: InformerSet, changes: Changes, admin: Client, namespace: str
) -> None:
    observed.hold("one", everywhere(CONFIGS))
    await observed.ready({CONFIGS}, 10)
    answer = await write(admin, namespace, "mine", "1")
    await eventually(lambda: observed.get(CONFIGS, namespace, "mine") is not None)
    changes.clear()
    await admin.send("DELETE", CONFIGS.path(namespace, "mine"))
    await eventually(lambda: observed.get(CONFIGS, namespace, "mine") is None)
    observed.note(CONFIGS, answer)
    assert observed.get(CONFIGS, namespace, "mine") is None
    assert [new for _, new in changes] == [None]


async def test_a_list_from_before_our_own_write_does_not_take_it_out(observed: InformerSet, changes: Changes) -> None:
    observed.hold("one", everywhere(CONFIGS))
    await observed.ready({CONFIGS}, 10)
    view = observed._views[CONFIGS]
    view.changed(LiveObject(LiveMeta(name="new", namespace="x", uid="n", resource_version="9000000")))
    view.changed(LiveObject(LiveMeta(name="old", namespace="x", uid="o", resource_version="7000000")))
    changes.clear()
    view.listed([], 8000000, EVERYWHERE, [])
    assert view.look("x", "new").state is not None
    assert view.look("x", "old").state is None
    assert [old.uid for old, _ in changes if old and old.uid in {"o", "n"}] == ["o"]
