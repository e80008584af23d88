"""The first apply of an object creates it or changes nothing at all, also when a process died over it."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from testkit.controlplane import ControlPlane
from testkit.digests import DIGESTS
from testkit.environment import connection_to
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.apply.applier import NEVER, Applier
from vidra.apply.desired.object import DesiredObject, build_desired_object
from vidra.apply.errors import ObjectError
from vidra.apply.field_owner import Owner
from vidra.apply.health.evaluator import Verdicts
from vidra.apply.inventory import Inventory, entry_for
from vidra.apply.inventory_index import Claims
from vidra.apply.plan import plan
from vidra.apply.pruner import Pruner, Removal
from vidra.kube.client import Client
from vidra.kube.discovery import Discovery, Kind
from vidra.kube.errors import ApiError
from vidra.kube.informers import InformerSet
from vidra.kube.object_snapshot import snapshot_of
from vidra.kube.operations import apply, look
from vidra.kube.store import Store
from vidra.manifests import ManifestObject, Ref

CONFIGS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
OWNER = Owner("hub", "me")


@pytest.fixture(scope="module")
async def client(controlplane: ControlPlane) -> AsyncIterator[Client]:
    found = Client(connection_to(controlplane))
    yield found
    await found.close()


@pytest.fixture
def observed(client: Client) -> InformerSet:
    return InformerSet(client, lambda _old, _new: None, Verdicts(), lambda _: None)


def wanted(namespace: str, kind: Kind = CONFIGS, **body: Any) -> DesiredObject:
    full = {"apiVersion": "v1", "kind": kind.kind, "metadata": {"name": "it"}, **body}
    return build_desired_object(
        ManifestObject(Ref("v1", kind.kind, "", "it"), full, 1), kind, "", namespace, OWNER, digests=DIGESTS
    )


async def somebody(client: Client, item: DesiredObject, **body: Any) -> str:
    full = {"apiVersion": "v1", "kind": item.ref.kind, "metadata": {"name": "it"}, **body}
    made = await apply(client, item.path, msgspec.json.encode(full), manager="a-person", force=False)
    return made.metadata.resource_version


@pytest.mark.parametrize("force", [False, True])
async def test_the_server_creates_at_a_version_that_never_was_and_changes_nothing(
    client: Client, namespace: str, force: bool
) -> None:
    item = wanted(namespace, data={"a": "1"})
    made = await apply(client, item.path, item.payload("", NEVER), manager="one", force=force)
    with pytest.raises(ApiError) as refused:
        await apply(client, item.path, item.payload("", NEVER), manager="two", force=force)
    assert refused.value.code == 409
    live = await look(client, item.path)
    assert live is not None
    assert live.metadata.resource_version == made.metadata.resource_version


@pytest.mark.parametrize("data", [{"a": "1"}, {"a": "2"}, {}])
async def test_a_strangers_object_is_not_touched_whatever_it_holds(
    client: Client, observed: InformerSet, namespace: str, data: dict[str, str]
) -> None:
    item = wanted(namespace, data={"a": "1"})
    version = await somebody(client, item, data=data)
    with pytest.raises(ObjectError) as caught:
        await Applier(client, observed, OWNER).apply(item, None)
    assert (caught.value.reason, caught.value.absent) == (Reason.NOT_OWNED, True)
    live = await look(client, item.path)
    assert live is not None
    assert live.metadata.resource_version == version


async def test_a_secret_whose_values_nobody_holds_is_not_touched(
    client: Client, observed: InformerSet, namespace: str
) -> None:
    item = wanted(namespace, SECRETS, stringData={"a": "mine"})
    version = await somebody(client, item, stringData={"a": "theirs"})
    with pytest.raises(ObjectError):
        await Applier(client, observed, OWNER).apply(item, None)
    live = await look(client, item.path)
    assert live is not None
    assert live.metadata.resource_version == version


@pytest.mark.parametrize("touched", [False, True])
async def test_an_object_that_a_dead_process_created_is_ours(
    client: Client, observed: InformerSet, namespace: str, touched: bool
) -> None:
    item = wanted(namespace, data={"a": "1"})
    created = await apply(client, item.path, item.payload("", NEVER), manager=OWNER.manager, force=False)
    if touched:
        await somebody(client, item, data={"b": "2"})
    entry = await Applier(client, observed, OWNER).apply(item, entry_for(item))
    assert (entry.uid, entry.joined) == (created.metadata.uid, False)
    claims = Claims(Store[VidraResource](), OWNER.hub, digests=DIGESTS)
    pruner = Pruner(client, Discovery(client), observed, OWNER, claims=claims)
    removed = await pruner.remove(entry_for(item), CONFIGS)
    assert removed.what is Removal.GONE
    assert await look(client, item.path) is None


async def test_going_back_to_the_old_text_after_a_kill_over_the_new_one_is_work(
    client: Client, observed: InformerSet, namespace: str
) -> None:
    old, new = wanted(namespace, data={"a": "old"}), wanted(namespace, data={"a": "new"})
    entry = await Applier(client, observed, OWNER).apply(old, None)
    ahead = Inventory.of([entry]).ahead([new])
    await Applier(client, observed, OWNER).apply(new, entry)
    live = await look(client, old.path)
    assert live is not None
    work = plan({old.key: old}, ahead, lambda _: snapshot_of(live.metadata), OWNER.manager)
    assert work.changes == (old,)
