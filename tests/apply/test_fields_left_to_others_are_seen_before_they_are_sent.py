"""A field that others may set is never overwritten by a text that was made for another state of the object."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import pytest

from testkit.controlplane import ControlPlane
from testkit.digests import DIGESTS
from testkit.environment import connection_to
from testkit.eventually import eventually
from testkit.managed_fields import empty_managed_fields
from testkit.model.kinds import GROUP, OLD, definition
from vidra.api.drift import IgnoreDifference
from vidra.api.policies import Adoption, Policies
from vidra.apply.applier import Applier
from vidra.apply.desired.object import REPLICAS, DesiredObject, build_desired_object
from vidra.apply.drift import find_drift
from vidra.apply.field_owner import Owner
from vidra.apply.health.evaluator import Verdicts
from vidra.apply.inventory import entry_for
from vidra.apply.options import DEFAULT_OPTIONS, ApplyOptions
from vidra.kube.client import MERGE_PATCH, Client, encode
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError
from vidra.kube.informers import InformerSet
from vidra.kube.operations import apply, delete, look
from vidra.manifests import ManifestObject, Ref

T = TypeVar("T")
Json = dict[str, Any]

GADGETS = Kind(OLD, "Gadget", "gadgets", namespaced=True, scalable=True)
DEFINITIONS = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)
ONE, OTHER = Owner("hub", "one"), Owner("hub", "other")
LEAVES_REPLICAS = IgnoreDifference((REPLICAS,))
ADOPTS = ApplyOptions(Policies(adoption=Adoption.IF_UNOWNED))


class Interrupted(Client):
    """Somebody does something after a look at a whole object, before anything is sent for it."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def get(self, path: str, kind: type[T], **how: Any) -> T:
        deed, self.meanwhile = (None, self.meanwhile) if kind != Json else (self.meanwhile, None)
        try:
            return await super().get(path, kind, **how)
        finally:
            if deed:
                await deed()


@pytest.fixture
async def client(controlplane: ControlPlane) -> AsyncIterator[Interrupted]:
    found = Interrupted(connection_to(controlplane))
    yield found
    assert found.meanwhile is None, "nobody looked"
    await found.close()


@pytest.fixture
async def plain(controlplane: ControlPlane) -> AsyncIterator[Client]:
    """Of whoever acts meanwhile."""
    found = Client(connection_to(controlplane))
    await serve(found, old=True)
    yield found
    await found.close()


def gadget(namespace: str, owner: Owner, replicas: int | None = 1) -> DesiredObject:
    """One whose replicas others may set: by a rule, or because they are not in the text."""
    spec = {"value": "a"} | ({"replicas": replicas} if replicas else {})
    body = {"apiVersion": OLD, "kind": "Gadget", "metadata": {"name": "it"}, "spec": spec}
    item = ManifestObject(Ref(OLD, "Gadget", "", "it"), body, 1)
    return build_desired_object(
        item, GADGETS, "", namespace, owner, digests=DIGESTS, ignore=[LEAVES_REPLICAS] if replicas else []
    )


def applier(client: Client, owner: Owner, options: ApplyOptions = DEFAULT_OPTIONS) -> Applier:
    return Applier(client, InformerSet(client, lambda _old, _new: None, Verdicts(), lambda _: None), owner, options)


async def scale(client: Client, item: DesiredObject, replicas: int) -> None:
    body = encode({"spec": {"replicas": replicas}})
    await client.send("PATCH", f"{item.path}/scale", body=body, content_type=MERGE_PATCH)


async def strangers(client: Client, item: DesiredObject) -> None:
    """An object of a person's own, of which nobody is noted as the holder."""
    named = {**item.body, "metadata": {"name": item.ref.name}, "spec": {**item.body["spec"], "replicas": 2}}
    await client.send("POST", item.kind.path(item.ref.namespace), body=encode(named))
    await empty_managed_fields(client, item.path)


def has_replicas(entry: Json) -> bool:
    return "f:replicas" in entry["fieldsV1"].get("f:spec", {})


async def replicas(client: Client, item: DesiredObject) -> int:
    found: int = (await client.get(item.path, Json))["spec"]["replicas"]
    return found


async def serve(client: Client, *, old: bool) -> None:
    """Serve the old version of Gadget, or no longer."""

    async def shown() -> bool:
        listing = await client.get("/apis", dict[str, Any])
        groups = [item for item in listing["groups"] if item["name"] == GROUP]
        return old == any(version["groupVersion"] == OLD for group in groups for version in group["versions"])

    body = encode(definition(old_served=old))
    await apply(client, DEFINITIONS.path("", f"gadgets.{GROUP}"), body, manager="tester", force=True)
    await eventually(shown)


@pytest.mark.parametrize("owners", [[ONE], [ONE, OTHER]])
async def test_a_version_of_it_was_not_served_at_the_look(
    client: Interrupted, plain: Client, namespace: str, owners: list[Owner]
) -> None:
    item = gadget(namespace, ONE)
    entries = [await applier(client, owner).apply(gadget(namespace, owner), None) for owner in owners]
    await scale(plain, item, 4)
    await serve(plain, old=False)
    client.meanwhile = lambda: serve(plain, old=True)
    await applier(client, ONE).apply(item, entries[0])
    assert await replicas(plain, item) == 4


async def test_the_number_left_the_text_while_no_version_was_served(
    client: Interrupted, plain: Client, namespace: str
) -> None:
    entry = await applier(client, ONE).apply(gadget(namespace, ONE, 4), None)
    await serve(plain, old=False)
    client.meanwhile = lambda: serve(plain, old=True)
    item = gadget(namespace, ONE, None)
    await applier(client, ONE).apply(item, entry)
    assert await replicas(plain, item) == 4


async def test_a_version_that_is_not_served_is_no_deletion(plain: Client, namespace: str) -> None:
    item = gadget(namespace, ONE)
    entry = await applier(plain, ONE).apply(item, None)
    await serve(plain, old=False)
    with pytest.raises(ApiError) as unseen:
        await find_drift(plain, item, entry.uid, ONE, holds=True)
    assert unseen.value.unserved


@pytest.mark.parametrize("listed", [False, True])
async def test_the_number_left_the_text_before_what_was_applied_was_noted(
    plain: Client, namespace: str, listed: bool
) -> None:
    before = gadget(namespace, ONE, 4)
    await applier(plain, ONE).apply(before, None)
    item = gadget(namespace, ONE, None)
    await applier(plain, ONE).apply(item, entry_for(item) if listed else None)
    assert await replicas(plain, item) == 4


@pytest.mark.parametrize("known", [False, True])
async def test_another_owner_made_it_after_the_look(
    client: Interrupted, plain: Client, namespace: str, known: bool
) -> None:
    item = gadget(namespace, ONE)
    entry = await applier(plain, ONE).apply(item, None) if known else None
    if entry:
        await delete(plain, item.path, uid=entry.uid)

    async def others() -> None:
        await applier(plain, OTHER).apply(gadget(namespace, OTHER), None)
        await scale(plain, item, 4)

    client.meanwhile = others
    await applier(client, ONE).apply(item, entry)
    assert await replicas(plain, item) == 4


@pytest.mark.parametrize("there", [False, True])
async def test_a_person_made_or_scaled_what_is_adopted_after_the_look(
    client: Interrupted, plain: Client, namespace: str, there: bool
) -> None:
    item = gadget(namespace, ONE)

    async def act() -> None:
        if not there:
            await strangers(plain, item)
        await scale(plain, item, 4)

    if there:
        await strangers(plain, item)
    client.meanwhile = act
    await applier(client, ONE, ADOPTS).apply(item, None)
    assert await replicas(plain, item) == 4


async def test_it_was_deleted_after_the_look(client: Interrupted, plain: Client, namespace: str) -> None:
    item = gadget(namespace, ONE)
    await applier(plain, ONE).apply(item, None)
    await scale(plain, item, 4)

    async def vanish() -> None:
        found = await look(plain, item.path)
        assert found is not None
        await delete(plain, item.path, uid=found.metadata.uid)

    client.meanwhile = vanish
    await applier(client, ONE).apply(item, None)
    found = await plain.get(item.path, Json)
    assert ONE.manager in {entry["manager"] for entry in found["metadata"]["managedFields"] if has_replicas(entry)}


async def test_nobody_is_noted_as_who_scaled_it(client: Interrupted, plain: Client, namespace: str) -> None:
    item = gadget(namespace, ONE)
    entry = await applier(client, ONE).apply(item, None)
    await scale(plain, item, 4)
    await empty_managed_fields(plain, item.path)
    await applier(client, ONE).apply(item, entry)
    assert await replicas(plain, item) == 4
