"""An object is removed by what it is, also where the watch has not told yet what became of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from testkit.controlplane import ControlPlane
from testkit.digests import DIGESTS
from testkit.environment import connection_to
from testkit.managed_fields import empty_managed_fields
from vidra.api.meta import Meta
from vidra.api.names import OWNER_PREFIX
from vidra.api.resource import ManagedObject, ResourceSpec, ResourceStatus, VidraResource
from vidra.apply.applier import Applier
from vidra.apply.desired.object import DesiredObject, build_desired_object
from vidra.apply.field_owner import Owner
from vidra.apply.health.evaluator import Verdicts
from vidra.apply.inventory_index import Claims
from vidra.apply.pruner import Pruner, Removal
from vidra.kube.client import Client, encode
from vidra.kube.discovery import Discovery, Kind
from vidra.kube.informers import InformerSet
from vidra.kube.object_snapshot import ObjectSnapshot, snapshot_of
from vidra.kube.operations import delete, look
from vidra.kube.partial_metadata import LiveMeta
from vidra.kube.store import Store
from vidra.manifests import ManifestObject, Ref

CONFIGS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
ONE, OTHER = Owner("hub", "one"), Owner("hub", "other")


class Late(InformerSet):
    """A watch that has told of an object what it was then, and nothing since."""

    state: ObjectSnapshot | None = None

    def get(self, kind: Kind, namespace: str, name: str) -> ObjectSnapshot | None:
        return self.state or super().get(kind, namespace, name)


@pytest.fixture
async def client(controlplane: ControlPlane) -> AsyncIterator[Client]:
    found = Client(connection_to(controlplane))
    yield found
    await found.close()


@pytest.fixture
def late(client: Client) -> Late:
    return Late(client, lambda _old, _new: None, Verdicts(), lambda _: None)


def wanted(namespace: str, owner: Owner, **more: str) -> DesiredObject:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "it"}, "data": {"a": "1", **more}}
    return build_desired_object(
        ManifestObject(Ref("v1", "ConfigMap", "", "it"), body, 1), CONFIGS, "", namespace, owner, digests=DIGESTS
    )


async def live(client: Client, item: DesiredObject) -> LiveMeta:
    found = await look(client, item.path)
    assert found is not None
    return found.metadata


def pruner(client: Client, observed: InformerSet, *others: ManagedObject) -> Pruner:
    resources = Store[VidraResource]()
    status = ResourceStatus(managed_resources=others)
    resources.changed(VidraResource(Meta(name=OTHER.name, uid="uid", resource_version="1"), ResourceSpec(), status))
    return Pruner(client, Discovery(client), observed, ONE, claims=Claims(resources, ONE.hub, digests=DIGESTS))


def marks(meta: LiveMeta) -> set[str]:
    return {value for key, value in (meta.annotations or {}).items() if key.startswith(OWNER_PREFIX)}


@pytest.mark.parametrize("stays", [True, False])
async def test_what_lost_all_its_entries_just_now_is_not_deleted_while_another_has_it(
    client: Client, late: Late, namespace: str, stays: bool
) -> None:
    mine, theirs = wanted(namespace, ONE), wanted(namespace, OTHER)
    entry = await Applier(client, late, ONE).apply(mine, None)
    other = await Applier(client, late, OTHER).apply(theirs, None)
    late.state = snapshot_of(await live(client, mine))
    await empty_managed_fields(client, mine.path)
    removed = await pruner(client, late, *([other] if stays else [])).remove(entry, CONFIGS)
    if stays:
        assert removed.what is Removal.RELEASED
        left = await live(client, mine)
        assert (left.uid, marks(left)) == (entry.uid, {OTHER.name})
    else:
        assert removed.what is Removal.GONE
        assert await look(client, mine.path) is None


async def test_an_object_that_came_back_without_its_owners_loses_the_mark_and_stays(
    client: Client, late: Late, namespace: str
) -> None:
    mine = wanted(namespace, ONE)
    entry = await Applier(client, late, ONE).apply(mine, None)
    saved = await live(client, mine)
    await delete(client, mine.path, uid=entry.uid)
    metadata = {"name": "it", "labels": saved.labels, "annotations": saved.annotations}
    backup = encode({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "1"}})
    await client.send("POST", CONFIGS.path(namespace), body=backup)
    removed = await pruner(client, late).remove(entry, CONFIGS)
    assert removed.what is Removal.GONE
    left = await live(client, mine)
    assert left.uid != entry.uid
    assert (marks(left), left.labels) == (set(), None)


async def test_who_goes_takes_its_fields_along_though_the_other_owner_is_not_seen_yet(
    client: Client, late: Late, namespace: str
) -> None:
    mine, theirs = wanted(namespace, ONE, extra="mine"), wanted(namespace, OTHER)
    entry = await Applier(client, late, ONE).apply(mine, None)
    late.state = snapshot_of(await live(client, mine))
    other = await Applier(client, late, OTHER).apply(theirs, None)
    removed = await pruner(client, late, other).remove(entry, CONFIGS)
    assert removed.what is Removal.RELEASED
    assert marks(await live(client, mine)) == {OTHER.name}
    assert (await client.get(mine.path, dict[str, Any]))["data"] == {"a": "1"}
