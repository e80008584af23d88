"""What a process that died left half handed over is handed over by the next one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from testkit.controlplane import ControlPlane
from testkit.digests import DIGESTS
from testkit.environment import connection_to
from vidra.apply.applier import NEVER, Applier
from vidra.apply.desired.object import DesiredObject, build_desired_object
from vidra.apply.earlier_writers import disowned, fields_of, given
from vidra.apply.field_owner import Owner
from vidra.apply.health.evaluator import Verdicts
from vidra.apply.inventory import entry_for
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.informers import InformerSet
from vidra.kube.operations import apply, look, merge_patch
from vidra.manifests import ManifestObject, Ref

Json = dict[str, Any]
CONFIGS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
OWNER = Owner("hub", "me")
MINE = {"manager": OWNER.manager, "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:data": {"f:a": {}}}}
EARLIER = {**MINE, "manager": "helm", "operation": "Update"}


@pytest.fixture(scope="module")
async def client(controlplane: ControlPlane) -> AsyncIterator[Client]:
    found = Client(connection_to(controlplane))
    yield found
    await found.close()


def wanted(namespace: str, **data: str) -> DesiredObject:
    full = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "it"}, "data": data}
    return build_desired_object(
        ManifestObject(Ref("v1", "ConfigMap", "", "it"), full, 1), CONFIGS, "", namespace, OWNER, digests=DIGESTS
    )


async def managers(client: Client, path: str) -> dict[str, Json]:
    live: Json = await client.get(path, Json)
    return {entry["manager"]: entry["fieldsV1"] for entry in live["metadata"]["managedFields"]}


async def test_a_death_between_the_apply_and_the_handover_loses_nothing(client: Client, namespace: str) -> None:
    item = wanted(namespace, a="1", b="2")
    await apply(client, item.path, item.payload("", NEVER), manager=OWNER.manager, force=False)
    live: Json = await client.get(item.path, Json)
    mine = live["metadata"]["managedFields"][0]
    earlier = {**mine, "manager": "helm", "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}}}}
    await merge_patch(client, item.path, {"metadata": {"managedFields": [mine, earlier]}}, Json)
    assert "helm" in await managers(client, item.path)
    observed = InformerSet(client, lambda _old, _new: None, Verdicts(), lambda _: None)
    entry = await Applier(client, observed, OWNER).apply(item, entry_for(item))
    assert await managers(client, item.path) == {OWNER.manager: mine["fieldsV1"]}
    before = await look(client, item.path)
    await Applier(client, observed, OWNER).apply(item, entry)
    assert await look(client, item.path) == before
    await Applier(client, observed, OWNER).apply(wanted(namespace, a="1"), entry)
    after: Json = await client.get(item.path, Json)
    assert after["data"] == {"a": "1"}


@pytest.mark.parametrize(
    "other",
    [
        {**EARLIER, "subresource": "status"},
        {**MINE, "manager": "somebody"},
        {**EARLIER, "fieldsV1": {"f:data": {"f:theirs": {}}}},
    ],
    ids=["a subresource", "an applier", "other fields"],
)
def test_what_is_others_stays_with_them(other: Json) -> None:
    assert disowned([MINE, other], fields_of([MINE, other], OWNER.manager)) == [MINE, other]


def test_an_earlier_writer_that_holds_nothing_more_is_gone() -> None:
    assert disowned([EARLIER, MINE], fields_of([MINE], OWNER.manager)) == [MINE]


def test_fields_are_given_once() -> None:
    more: dict[str, Any] = {"f:data": {"f:b": {}}}
    once = given([EARLIER, MINE], OWNER.manager, more, EARLIER)
    assert fields_of(once, OWNER.manager) == {"f:data": {"f:a": {}, "f:b": {}}}
    assert given(once, OWNER.manager, more, EARLIER) == once
    assert given([EARLIER], OWNER.manager, more, EARLIER)[-1]["operation"] == "Apply"
