"""An operator died after it applied an object, before its UID was recorded; then somebody removed signs of it.

The inventory has only what was written ahead: no UID, or that of an object which was recreated since.
"""

from collections.abc import AsyncIterator

import pytest

from testkit.controlplane import ControlPlane
from testkit.digests import DIGESTS
from testkit.environment import Json, connection_to
from testkit.managed_fields import empty_managed_fields
from vidra.api.meta import Meta
from vidra.api.names import OWNER_PREFIX
from vidra.api.resource import ManagedObject, ResourceSpec, ResourceStatus, VidraResource
from vidra.apply.applier import Applier
from vidra.apply.desired.object import DesiredObject, build_desired_object
from vidra.apply.errors import ObjectError
from vidra.apply.field_owner import Owner
from vidra.apply.health.evaluator import Verdicts
from vidra.apply.inventory import entry_for
from vidra.apply.inventory_index import Claims
from vidra.apply.pruner import Pruner, Removal, Removed
from vidra.kube.client import Client, encode
from vidra.kube.discovery import Discovery, Kind
from vidra.kube.informers import InformerSet
from vidra.kube.operations import delete, look
from vidra.kube.partial_metadata import LiveMeta
from vidra.kube.store import Store
from vidra.manifests import ManifestObject, Ref

CONFIGS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
NAMESPACES = Kind("v1", "Namespace", "namespaces", namespaced=False)
ONE, OTHER = Owner("hub", "one"), Owner("hub", "other")
RECORDED = pytest.mark.parametrize("recorded", ["", "of-the-object-before"])
ANNOTATIONS: Json = {"op": "remove", "path": "/metadata/annotations"}


class Cluster:
    """What two owners do to the objects of one cluster, and what is in their inventories."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.namespace = namespace
        self._observed = InformerSet(client, lambda _old, _new: None, Verdicts(), lambda _: None)
        self._resources = Store[VidraResource]()
        self._claims = Claims(self._resources, ONE.hub, digests=DIGESTS)

    def wanted(self, owner: Owner, kind: Kind = CONFIGS, name: str = "it") -> DesiredObject:
        """The object as an owner wants it."""
        body: Json = {"apiVersion": "v1", "kind": kind.kind, "metadata": {"name": name}}
        item = ManifestObject(Ref("v1", kind.kind, "", name), body, 1)
        return build_desired_object(item, kind, "", self.namespace, owner, digests=DIGESTS)

    async def applied(self, owner: Owner, recorded: str = "", **of: str | Kind) -> ManagedObject:
        """An owner applies the object and dies; gives the entry as its inventory has it."""
        item = self.wanted(owner, **of)  # type: ignore[arg-type]
        await Applier(self.client, self._observed, owner).apply(item, None)
        return self.listed(owner, entry_for(item, recorded))

    def listed(self, owner: Owner, *entries: ManagedObject) -> ManagedObject:
        """The status of an owner has these entries; gives the first."""
        meta = Meta(name=owner.name, uid=owner.name, resource_version="1")
        self._resources.changed(VidraResource(meta, ResourceSpec(), ResourceStatus(managed_resources=entries)))
        return entries[0]

    async def removed(self, owner: Owner, entry: ManagedObject, kind: Kind = CONFIGS) -> Removed:
        """An owner removes its part of the object."""
        discovery = Discovery(self.client)
        return await Pruner(self.client, discovery, self._observed, owner, claims=self._claims).remove(entry, kind)

    async def applied_again(self, owner: Owner, entry: ManagedObject) -> ManagedObject:
        """The next operator applies the object."""
        return await Applier(self.client, self._observed, owner).apply(self.wanted(owner), entry)

    async def wiped(self, *more: Json) -> LiveMeta:
        """Somebody empties managedFields."""
        await empty_managed_fields(self.client, CONFIGS.path(self.namespace, "it"), *more)
        return await self.live()

    async def live(self) -> LiveMeta:
        found = await look(self.client, CONFIGS.path(self.namespace, "it"))
        assert found is not None
        return found.metadata

    async def is_there(self) -> bool:
        return await look(self.client, CONFIGS.path(self.namespace, "it")) is not None


@pytest.fixture
async def cluster(controlplane: ControlPlane, namespace: str) -> AsyncIterator[Cluster]:
    client = Client(connection_to(controlplane))
    yield Cluster(client, namespace)
    await client.close()


def owners(meta: LiveMeta) -> set[str]:
    """Whom the annotations name."""
    return {value for key, value in (meta.annotations or {}).items() if key.startswith(OWNER_PREFIX)}


@RECORDED
async def test_it_is_deleted_with_its_only_owner(cluster: Cluster, recorded: str) -> None:
    entry = await cluster.applied(ONE, recorded)
    await cluster.wiped()
    assert (await cluster.removed(ONE, entry)).what is Removal.GONE
    assert not await cluster.is_there()


@RECORDED
async def test_it_is_applied_again_as_the_same_object(cluster: Cluster, recorded: str) -> None:
    entry = await cluster.applied(ONE, recorded)
    uid = (await cluster.wiped()).uid
    assert (await cluster.applied_again(ONE, entry)).uid == uid


@RECORDED
@pytest.mark.parametrize("again", [False, True], ids=["wiped", "applied-by-one-since"])
async def test_it_stays_while_another_owner_has_it(cluster: Cluster, recorded: str, again: bool) -> None:
    entry = await cluster.applied(ONE, recorded)
    theirs = await cluster.applied(OTHER, recorded)
    uid = (await cluster.wiped()).uid
    if again:  # the API server then assigns every field, and every annotation, to `before-first-apply`
        entry = await cluster.applied_again(ONE, entry)
    assert (await cluster.removed(ONE, entry)).what is Removal.RELEASED
    left = await cluster.live()
    assert (left.uid, owners(left)) == (uid, {OTHER.name})
    assert (await cluster.removed(OTHER, theirs)).what is Removal.GONE
    assert not await cluster.is_there()


async def test_it_stays_for_another_owner_that_may_be_about_to_apply_it(cluster: Cluster) -> None:
    entry = await cluster.applied(ONE)
    uid = (await cluster.wiped()).uid
    cluster.listed(OTHER, entry_for(cluster.wanted(OTHER)))
    with pytest.raises(ObjectError, match="before vidra:hub:other has applied it"):
        await cluster.removed(ONE, entry)
    assert (await cluster.live()).uid == uid


@RECORDED
async def test_a_copy_that_somebody_created_stays_theirs(cluster: Cluster, recorded: str) -> None:
    entry = await cluster.applied(ONE, recorded)
    saved = await cluster.live()
    await delete(cluster.client, CONFIGS.path(cluster.namespace, "it"), uid=saved.uid)
    metadata = {"name": "it", "labels": saved.labels, "annotations": saved.annotations}
    backup = encode({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    await cluster.client.send("POST", CONFIGS.path(cluster.namespace), body=backup)
    with pytest.raises(ObjectError, match="left alone"):
        await cluster.applied_again(ONE, entry)
    await cluster.removed(ONE, entry)
    assert owners(await cluster.live()) == set()


async def test_without_any_sign_it_stays_and_that_is_said(cluster: Cluster) -> None:
    entry = await cluster.applied(ONE)
    await cluster.wiped(ANNOTATIONS)
    removed = await cluster.removed(ONE, entry)
    assert (removed.what, "nothing on it tells" in removed.why) == (Removal.KEPT, True)
    assert await cluster.is_there()


@pytest.mark.parametrize("before", [True, False], ids=["existed", "created"])
async def test_a_namespace_that_existed_before_is_never_deleted(cluster: Cluster, before: bool) -> None:
    name = f"{cluster.namespace}-{'before' if before else 'new'}"
    if before:
        body = encode({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        await cluster.client.send("POST", NAMESPACES.path(), body=body)
    entry = await cluster.applied(ONE, kind=NAMESPACES, name=name)
    await cluster.removed(ONE, entry, NAMESPACES)
    found = await look(cluster.client, NAMESPACES.path(name=name))
    is_kept = found is not None and found.metadata.deletion_timestamp is None
    assert is_kept is before
