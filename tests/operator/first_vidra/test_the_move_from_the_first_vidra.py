"""From Vidra 0.0.6 to this one: the operator is replaced, and no object notices."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from testkit.controlplane import ControlPlane
from testkit.environment import (
    OWN,
    RESOURCES,
    SYNCS,
    Json,
    Scene,
    condition,
    connection_to,
    defined,
    has_reason,
    is_ready,
)
from testkit.eventually import eventually
from testkit.infrahub import StandIn
from testkit.legacy_vidra import Edit, FirstVidra
from testkit.objects import config_map
from testkit.operating import Operating
from vidra.api.names import FIRST_OWNED_BY, MANAGED_LABEL, MANAGER_PREFIX
from vidra.kube.client import MERGE_PATCH, Client, encode
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError
from vidra.manifests.write import write

STATE = (Path(__file__).parent / "state.yaml").read_text()
FIRST_CRDS = Path(__file__).parents[2] / "api" / "first_vidra" / "crds.yaml"
MORE_KINDS = """
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: $place}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: once, image: registry.example.com/once:1}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: disk, namespace: $place}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store, namespace: $place}
spec:
  serviceName: store
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      containers: [{name: store, image: registry.example.com/store:1}]
"""
KEEP = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [configmaps], resourceNames: [settings]}
  matchConditions:
  - {name: here, expression: "object.metadata.namespace == '$place'"}
  validations:
  - {expression: "false", message: nobody may change this}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
spec:
  validationActions: [Deny]
"""
OBJECTS = [
    ("ConfigMap", "settings"),
    ("ConfigMap", "shared"),
    ("ConfigMap", "more"),
    ("Deployment", "web"),
    ("Service", "web"),
]
_numbers = itertools.count(1)


class Move:
    """A cluster that the first Vidra has left, and the operator that comes after it."""

    def __init__(self, scene: Scene, operating: Operating, server: str = "https://kubernetes.default.svc") -> None:
        self.scene = scene
        self.operating = operating
        self.place = scene.namespace
        self.web, self.more = str(uuid.uuid4()), str(uuid.uuid4())
        self.sync = f"{self.place}-sync"
        self.first = FirstVidra(
            scene,
            place=self.place,
            web=self.web,
            more=self.more,
            sync=self.sync,
            server=server,
            infrahub=scene.infrahub.url,
        )

    async def leave(self, edit: Edit = lambda document: document) -> None:
        """Write what the first Vidra leaves; Infrahub has the artifacts that it had."""
        await self.first.leave(STATE, edit)
        for name in (self.web, self.more):
            if ("VidraResource", name) in self.first.written:
                self.scene.infrahub.add_artifact("Web", self.text(name), id=name)

    def text(self, name: str) -> str:
        return str(self.first.written["VidraResource", name]["spec"]["manifest"])

    def drop_outdated(self) -> None:
        """Have an artifact that lacks what is named outdated: a label, a key and a whole object."""
        lines = [line for line in self.text(self.web).splitlines() if 'outdated: "1"' not in line]
        documents = "\n".join(lines).split("---\n")
        self.scene.infrahub.change(self.web, "---\n".join(part for part in documents if "outdated" not in part))

    async def done(self) -> None:
        """Wait until the sync is Ready, with content in both VidraResources."""
        await self.scene.until_sync(self.sync, _synced)

    async def now(self, kind: str, name: str) -> Json:
        found = await self.first.now(kind, name)
        assert found is not None, f"{kind} {name} is gone"
        return found

    def before(self, kind: str, name: str) -> Json:
        return self.first.written[kind, name]

    async def end(self) -> None:
        await self.scene.delete(SYNCS, self.sync)
        await self.scene.until_gone(SYNCS, self.sync)


def _synced(item: Json) -> bool:
    return is_ready(item) and bool(item["status"]["resources"] == item["status"]["artifacts"])


@pytest.fixture(scope="module")
async def plane() -> AsyncIterator[ControlPlane]:
    """A control plane with its controllers, of Deployments and of garbage, where a test starts the operator."""
    async with defined(ControlPlane()) as plane:
        yield plane


@pytest.fixture
async def migration(plane: ControlPlane) -> AsyncIterator[Move]:
    client = Client(connection_to(plane))
    operating = Operating(plane)
    async with StandIn() as infrahub:
        scene = Scene(plane, client, infrahub, f"place-{next(_numbers)}")
        secrets = Scene(plane, client, infrahub, "default")
        await secrets.credentials()
        yield Move(scene, operating)
        await operating.stop()
        await _clear(scene, operating)
    await client.close()


async def _clear(scene: Scene, operating: Operating) -> None:
    """Leave no sync or VidraResource to the next test's operator."""
    listing = [(kind, item) for kind in (SYNCS, RESOURCES) for item in (await _all(scene, kind.path()))]
    if not listing:
        return
    async with operating:
        for kind, item in listing:
            try:
                await scene.delete(kind, item["metadata"]["name"])
            except ApiError as error:
                if not error.not_found:
                    raise
        for kind, item in listing:
            await scene.until_gone(kind, item["metadata"]["name"])


async def _all(scene: Scene, path: str) -> list[Json]:
    listing: Json = await scene.client.get(path, Json)
    return list(listing["items"])


def annotations(item: Json) -> Json:
    return dict(item["metadata"].get("annotations") or {})


def managers(item: Json) -> set[str]:
    return {f"{entry['operation']} {entry['manager']}" for entry in item["metadata"]["managedFields"]}


def owners(item: Json) -> list[str]:
    return sorted(
        entry["manager"].rpartition(":")[2]
        for entry in item["metadata"]["managedFields"]
        if entry["operation"] == "Apply" and entry["manager"].startswith(MANAGER_PREFIX)
    )


async def workload(migration: Move) -> list[tuple[str, str]]:
    """ReplicaSets and Pods: a rollout would make new ones."""
    found = []
    for path in ("/apis/apps/v1/namespaces/{}/replicasets", "/api/v1/namespaces/{}/pods"):
        items = await _all(migration.scene, path.format(migration.place))
        found += [(item["metadata"]["name"], item["metadata"]["uid"]) for item in items]
    return sorted(found)


async def until_rolled_out(migration: Move) -> Json:
    """Wait until the controllers have done what the Deployment says; nothing runs the Pods."""

    def rolled_out(item: Json) -> bool:
        status = item.get("status", {})
        seen = status.get("observedGeneration") == item["metadata"]["generation"]
        return bool(seen and status.get("updatedReplicas") == item["spec"]["replicas"])

    kind = await migration.scene.kind("apps/v1", "Deployment")
    return await migration.scene.until(kind, "web", rolled_out, namespace=migration.place)


async def until_garbage_is_collected(scene: Scene) -> None:
    """The garbage collector learns of new kinds twice a minute; see it at work for a VidraResource's object."""
    owner = await scene.resource(write([config_map("unused")]), suspend=True)
    resource = await scene.get(RESOURCES, owner)
    assert resource is not None
    reference = {"apiVersion": resource["apiVersion"], "kind": resource["kind"], "name": owner}
    garbage = config_map(owner, "default")
    garbage["metadata"]["ownerReferences"] = [{**reference, "uid": resource["metadata"]["uid"]}]
    await scene.apply(garbage)
    await scene.delete(RESOURCES, owner)
    await scene.until_gone(await scene.kind("v1", "ConfigMap"), owner, namespace="default")


async def test_no_object_is_made_anew_or_deleted_and_no_workload_restarts(migration: Move) -> None:
    await migration.leave()
    deployment = await until_rolled_out(migration)
    running = await workload(migration)
    assert len(running) == 3
    mark = migration.scene.plane.audit.mark()
    async with migration.operating:
        await migration.done()
    for kind, name in [("Namespace", migration.place), *OBJECTS]:
        assert (await migration.now(kind, name))["metadata"]["uid"] == migration.before(kind, name)["metadata"]["uid"]
    after = await until_rolled_out(migration)
    assert after["spec"] == deployment["spec"]
    assert annotations(after)["deployment.kubernetes.io/revision"] == "1"
    assert (await migration.now("Service", "web"))["spec"] == migration.before("Service", "web")["spec"]
    assert await workload(migration) == running
    deleted = [entry for entry in await migration.scene.plane.audit.since(mark) if entry.verb.startswith("delete")]
    assert [entry for entry in deleted if migration.place in {entry.namespace, entry.name}] == []
    assert [entry for entry in deleted if entry.resource in {"infrahubsyncs", "vidraresources"}] == []


async def test_what_the_artifact_no_longer_has_goes_away(migration: Move) -> None:
    await migration.leave()
    migration.drop_outdated()
    async with migration.operating:
        await migration.done()
    assert (await migration.now("ConfigMap", "settings"))["data"] == {"colour": "red"}
    deployment = await migration.now("Deployment", "web")
    assert deployment["metadata"]["labels"] == {"app": "web", MANAGED_LABEL: "true"}
    assert await migration.first.now("ConfigMap", "outdated") is None


@pytest.mark.occasional
async def test_nothing_of_the_first_vidra_stays_on_an_object(migration: Move) -> None:
    await migration.leave()
    async with migration.operating:
        await migration.done()
    for kind, name in [("Namespace", migration.place), *OBJECTS]:
        item = await migration.now(kind, name)
        assert "ownerReferences" not in item["metadata"]
        assert not {"managed-by", FIRST_OWNED_BY} & annotations(item).keys()
        assert "Update manager" not in managers(item)
    assert owners(await migration.now("ConfigMap", "settings")) == [migration.web]
    assert owners(await migration.now("ConfigMap", "shared")) == sorted([migration.web, migration.more])


@pytest.mark.occasional
async def test_its_vidraresources_go_on_under_their_names_with_the_text_in_content(migration: Move) -> None:
    await migration.leave()
    async with migration.operating:
        await migration.done()
    resources = await migration.scene.resources_of(migration.sync)
    assert [item["metadata"]["name"] for item in resources] == sorted([migration.web, migration.more])
    for item in resources:
        assert item["metadata"]["uid"] == migration.before("VidraResource", item["metadata"]["name"])["metadata"]["uid"]
        assert item["spec"]["content"]["artifactId"] == item["metadata"]["name"]
        assert "manifest" not in item["spec"]
        assert item["status"]["DeployState"] == "Succeeded"
        assert not item["status"].get("lastError")
        assert all(entry["uid"] for entry in item["status"]["managedResources"])


@pytest.mark.occasional
async def test_a_second_start_writes_nothing(migration: Move) -> None:
    await migration.leave()
    async with migration.operating:
        await migration.done()
    mark = migration.scene.plane.audit.mark()
    asked = len(migration.scene.infrahub.requests)
    async with migration.operating:
        witness = await migration.scene.resource(
            write([config_map("witness")]), destination={"namespace": migration.place}
        )
        await migration.scene.until_resource(witness)
        await eventually(lambda: len(migration.scene.infrahub.requests) > asked)
    writes = [
        entry for entry in await migration.scene.plane.audit.since(mark) if entry.verb in {"create", "update", "patch"}
    ]
    mine = {migration.place, migration.sync, migration.web, migration.more, *(name for _, name in OBJECTS)}
    assert [entry for entry in writes if entry.name in mine and entry.user_agent.startswith("vidra")] == []


@pytest.mark.occasional
async def test_deleting_the_sync_afterwards_removes_everything_and_nothing_else(migration: Move) -> None:
    await migration.leave()
    async with migration.operating:
        await migration.done()
        other = await migration.scene.apply(config_map("other", "default", colour="red"))
        await migration.end()
        for kind, name in OBJECTS:
            assert await _left(migration, kind, name) is None
        await migration.scene.until_gone(await migration.scene.kind("v1", "Namespace"), migration.place)
    kept = await migration.scene.get(await migration.scene.kind("v1", "ConfigMap"), "other", namespace="default")
    assert kept is not None
    assert kept["metadata"]["uid"] == other["metadata"]["uid"]


async def _left(migration: Move, kind: str, name: str) -> Json | None:
    """An object that nobody is deleting."""
    found = await migration.first.now(kind, name)
    return None if found and found["metadata"].get("deletionTimestamp") else found


@pytest.mark.occasional
async def test_a_sync_deleted_before_the_move_takes_everything_with_it(migration: Move) -> None:
    await until_garbage_is_collected(migration.scene)
    await migration.leave()
    await migration.scene.delete(SYNCS, migration.sync)
    for name in (migration.web, migration.more):
        await migration.scene.until_resource(name, lambda item: "deletionTimestamp" in item["metadata"])
    async with migration.operating:
        for name in (migration.web, migration.more):
            await migration.scene.until_gone(RESOURCES, name)
        for kind, name in OBJECTS:
            assert await _left(migration, kind, name) is None
        await migration.scene.until_gone(await migration.scene.kind("v1", "Namespace"), migration.place)


@pytest.mark.occasional
async def test_a_shared_object_outlives_the_one_that_was_deleted_before_the_move(migration: Move) -> None:
    await migration.leave()
    migration.scene.infrahub.remove(migration.more)
    await migration.scene.delete(RESOURCES, migration.more)
    async with migration.operating:
        await migration.scene.until_gone(RESOURCES, migration.more)
        await migration.done()
    shared = await migration.now("ConfigMap", "shared")
    assert shared["metadata"]["uid"] == migration.before("ConfigMap", "shared")["metadata"]["uid"]
    assert shared["data"] == {"colour": "red"}
    assert owners(shared) == [migration.web]
    assert await migration.first.now("ConfigMap", "more") is None


@pytest.mark.occasional
async def test_what_may_stay_stays_although_its_vidraresource_was_an_owner_to_the_garbage_collector(
    migration: Move,
) -> None:
    await until_garbage_is_collected(migration.scene)
    await migration.leave()
    await migration.scene.patch(RESOURCES, migration.more, {"spec": {"deletionPolicy": "Orphan"}})
    migration.scene.infrahub.remove(migration.more)
    await migration.scene.delete(RESOURCES, migration.more)
    mark = migration.scene.plane.audit.mark()
    async with migration.operating:
        await migration.scene.until_gone(RESOURCES, migration.more)
        await migration.done()
    more = await migration.now("ConfigMap", "more")
    assert more["metadata"]["uid"] == migration.before("ConfigMap", "more")["metadata"]["uid"]
    assert more["data"] == {"colour": "blue"}
    assert "ownerReferences" not in more["metadata"]
    assert annotations(more) == {}
    deleted = [entry for entry in await migration.scene.plane.audit.since(mark) if entry.verb.startswith("delete")]
    assert [entry for entry in deleted if entry.namespace == migration.place] == []


@pytest.mark.occasional
async def test_a_move_that_is_broken_off_again_and_again_ends_the_same(migration: Move) -> None:
    await migration.leave()
    migration.drop_outdated()
    deployment = await until_rolled_out(migration)
    scene, configs = migration.scene, await migration.scene.kind("v1", "ConfigMap")

    def unmarked(item: Json) -> bool:
        return FIRST_OWNED_BY not in annotations(item)

    def listed(item: Json) -> bool:
        return any(entry.get("uid") for entry in item["status"].get("managedResources") or ())

    def applied(item: Json) -> bool:
        return any(key.startswith("owner.vidra.") for key in annotations(item))

    for waits in (
        scene.until(RESOURCES, migration.web, listed),
        scene.until(configs, "more", unmarked, namespace=migration.place),
        scene.until(configs, "shared", unmarked, namespace=migration.place),
        scene.until(configs, "shared", applied, namespace=migration.place),
        scene.until(RESOURCES, migration.web, lambda item: "content" in item["spec"]),
    ):
        started = asyncio.create_task(waits)
        async with migration.operating:
            await started
    async with migration.operating:
        await migration.done()
    for kind, name in [("Namespace", migration.place), *OBJECTS]:
        item = await migration.now(kind, name)
        assert item["metadata"]["uid"] == migration.before(kind, name)["metadata"]["uid"]
        assert "Update manager" not in managers(item)
        assert "ownerReferences" not in item["metadata"]
    assert (await migration.now("ConfigMap", "settings"))["data"] == {"colour": "red"}
    assert (await migration.now("Deployment", "web"))["spec"] == deployment["spec"]
    assert owners(await migration.now("ConfigMap", "shared")) == sorted([migration.web, migration.more])
    assert await migration.first.now("ConfigMap", "outdated") is None


@pytest.mark.occasional
async def test_what_was_applied_but_never_listed_is_taken_over_too(migration: Move) -> None:
    """The first Vidra wrote its list last: an artifact with one bad document left none."""

    def unlisted(document: Json) -> Json:
        if document["metadata"]["name"] == migration.more:
            document["status"] = {"DeployState": "Failed", "lastError": "decode artifact"}
        return document

    await migration.leave(unlisted)
    async with migration.operating:
        await migration.done()
    more = await migration.now("ConfigMap", "more")
    assert more["metadata"]["uid"] == migration.before("ConfigMap", "more")["metadata"]["uid"]
    assert owners(more) == [migration.more]
    assert "Update manager" not in managers(more)


@pytest.mark.occasional
async def test_what_the_api_server_filled_in_or_lets_nobody_change_does_not_stand_in_the_way(migration: Move) -> None:
    """A Job, a volume claim, a StatefulSet: their updates are refused as soon as one such field differs."""
    text = MORE_KINDS.replace("$place", migration.place)
    objects: list[Json] = list(yaml.safe_load_all(text))

    def with_more(document: Json) -> Json:
        if document["metadata"]["name"] == migration.more:
            document["spec"]["manifest"] = text
            document["status"]["managedResources"] = [
                {"apiVersion": item["apiVersion"], "kind": item["kind"], **item["metadata"]} for item in objects
            ]
        if document["metadata"]["name"] == "shared":
            document["metadata"]["annotations"][FIRST_OWNED_BY] = migration.web
        return document

    await migration.leave(with_more)
    for item in objects:
        reference = migration.before("ConfigMap", "more")["metadata"]["ownerReferences"]
        marks = {"managed-by": "vidra", FIRST_OWNED_BY: migration.more}
        item["metadata"] |= {
            "labels": {"managed-by": "vidra"},
            "annotations": marks,
            "ownerReferences": reference,
        }
        await migration.first.leave(yaml.safe_dump(item), once=True)
    async with migration.operating:
        await migration.done()
    for item in objects:
        kind, name = item["kind"], item["metadata"]["name"]
        after = await migration.now(kind, name)
        assert after["metadata"]["uid"] == migration.before(kind, name)["metadata"]["uid"]
        assert after["spec"] == migration.before(kind, name)["spec"]
        assert "Update manager" not in managers(after)


async def test_what_may_not_be_changed_is_named_and_left_as_it_is_and_the_rest_is_moved(migration: Move) -> None:
    await migration.leave()
    policy = f"keep-{migration.place}"
    denied = [
        item | {"metadata": {"name": policy}} for item in yaml.safe_load_all(KEEP.replace("$place", migration.place))
    ]
    denied[1]["spec"]["policyName"] = policy
    for item in denied:
        await migration.scene.apply(item)
    configs = await migration.scene.kind("v1", "ConfigMap")
    await eventually(lambda: _refuses(migration, configs))
    before = await migration.now("ConfigMap", "settings")
    async with migration.operating:
        resource = await migration.scene.until_resource(migration.web, has_reason("Refused"))
        assert "cannot be taken over from the first Vidra" in condition(resource)["message"]
        assert await migration.now("ConfigMap", "settings") == before
        assert "Update manager" not in managers(await migration.now("Deployment", "web"))
        for item in reversed(denied):
            await migration.scene.delete(await migration.scene.kind(item["apiVersion"], item["kind"]), policy)
        await migration.done()
    after = await migration.now("ConfigMap", "settings")
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert "Update manager" not in managers(after)


async def _refuses(migration: Move, configs: Kind) -> bool:
    """Whether the policy is in force; asking changes nothing."""
    try:
        await migration.scene.client.send(
            "PATCH",
            configs.path(migration.place, "settings"),
            query={"dryRun": "All"},
            body=encode({"metadata": {"annotations": {FIRST_OWNED_BY: None}}}),
            content_type=MERGE_PATCH,
        )
    except ApiError:
        return True
    return False


@pytest.mark.occasional
async def test_what_is_suspended_is_moved_when_it_goes_on(migration: Move) -> None:
    await migration.leave()
    await migration.scene.patch(SYNCS, migration.sync, {"spec": {"suspend": True}})
    before = await migration.now("ConfigMap", "settings")
    async with migration.operating:
        await migration.scene.until_resource(migration.web, has_reason("Suspended"))
        assert await migration.now("ConfigMap", "settings") == before
        await migration.scene.patch(SYNCS, migration.sync, {"spec": {"suspend": False}})
        await migration.done()
    assert "Update manager" not in managers(await migration.now("ConfigMap", "settings"))


@pytest.mark.occasional
async def test_the_way_back_touches_no_object(migration: Move) -> None:
    await migration.leave()
    async with migration.operating:
        await migration.done()
    there = [await migration.now(kind, name) for kind, name in [("Namespace", migration.place), *OBJECTS]]
    plane = migration.scene.plane
    try:
        await plane.kubectl("replace", "-f", str(FIRST_CRDS))
        empty = '{"status":{"checksums":null}}'
        await plane.kubectl(
            "patch", "infrahubsync", migration.sync, "--subresource=status", "--type=merge", "-p", empty
        )
        await plane.kubectl(
            "patch", "infrahubsync", migration.sync, "--type=merge", "-p", '{"metadata":{"finalizers":null}}'
        )
        patch = encode({"spec": {"manifest": migration.text(migration.web)}}).decode()
        await plane.kubectl("patch", "vidraresource", migration.web, "--type=merge", "-p", patch)
        sync, resource = (
            await migration.now("InfrahubSync", migration.sync),
            await migration.now("VidraResource", migration.web),
        )
    finally:
        await migration.scene.define()
    assert "finalizers" not in sync["metadata"]
    assert "checksums" not in sync["status"]
    assert resource["spec"]["manifest"] == migration.text(migration.web)
    assert resource["status"]["DeployState"] == "Succeeded"
    after = [await migration.now(kind, name) for kind, name in [("Namespace", migration.place), *OBJECTS]]
    assert after == there


async def test_a_forged_mark_makes_nobodys_object_vidras(migration: Move) -> None:
    name = f"{migration.place}-new"
    forged = config_map("theirs", "default", colour="red")
    forged["metadata"] |= {
        "name": f"theirs-{migration.place}",
        "labels": {"managed-by": "vidra"},
        "annotations": {"managed-by": "vidra", FIRST_OWNED_BY: name},
    }
    configs = await migration.scene.kind("v1", "ConfigMap")
    await migration.scene.client.send(
        "POST", configs.path("default"), query={"fieldManager": "manager"}, body=encode(forged), repeatable=False
    )
    before = await migration.scene.get(configs, f"theirs-{migration.place}", namespace="default")
    async with migration.operating:
        wanted = config_map(f"theirs-{migration.place}", "default", colour="blue")
        await migration.scene.resource(write([wanted]), name=name)
        await migration.scene.until_resource(name, has_reason("NotOwned"))
        await migration.scene.request(name, "again")
    assert await migration.scene.get(configs, f"theirs-{migration.place}", namespace="default") == before


@pytest.mark.occasional
async def test_one_that_a_person_made_keeps_its_manifest(migration: Move) -> None:
    def by_hand(document: Json) -> Json | None:
        if document["kind"] == "InfrahubSync":
            return None
        if document["kind"] == "VidraResource":
            document["metadata"].pop("ownerReferences")
        return document

    migration.first.words["sync_uid"] = "none"
    await migration.leave(by_hand)
    async with migration.operating:
        for name in (migration.web, migration.more):
            resource = await migration.scene.until_resource(name)
            assert resource["spec"]["manifest"] == migration.text(name)
        assert owners(await migration.now("ConfigMap", "shared")) == sorted([migration.web, migration.more])
        assert "Update manager" not in managers(await migration.now("Deployment", "web"))


@pytest.mark.occasional
async def test_two_syncs_that_had_one_vidraresource_end_with_one_each(migration: Move) -> None:
    await migration.leave()
    async with migration.operating:
        second = await migration.scene.sync("Web", name=f"{migration.sync}-2")
        await migration.done()
        await migration.scene.until_sync(second)
    names = sorted(item["metadata"]["name"] for item in await migration.scene.resources_of(second))
    assert names == sorted(f"{second}-{name}" for name in (migration.web, migration.more))
    more = await migration.now("ConfigMap", "more")
    assert more["metadata"]["uid"] == migration.before("ConfigMap", "more")["metadata"]["uid"]
    assert owners(more) == sorted([migration.more, f"{second}-{migration.more}"])


@pytest.mark.occasional
async def test_a_namespace_that_somebody_else_made_is_joined_and_stays(migration: Move) -> None:
    spaces = await migration.scene.kind("v1", "Namespace")
    made = await migration.scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": migration.place}})

    def without_namespace(document: Json) -> Json | None:
        return None if document["kind"] == "Namespace" else document

    await migration.leave(without_namespace)
    note = {"managed-by": "vidra", FIRST_OWNED_BY: migration.web}
    labelled = {**made, "metadata": {**made["metadata"], "annotations": note}}
    labelled["metadata"]["labels"]["managed-by"] = "vidra"
    await migration.scene.client.send(
        "PUT", spaces.path("", migration.place), query={"fieldManager": "manager"}, body=encode(labelled)
    )
    async with migration.operating:
        await migration.done()
        await migration.end()
    kept = await migration.scene.get(spaces, migration.place)
    assert kept is not None
    assert "deletionTimestamp" not in kept["metadata"]
    assert FIRST_OWNED_BY not in annotations(kept)


@pytest.mark.occasional
async def test_objects_in_another_cluster_move_alike(migration: Move) -> None:
    """The other cluster is this one by its address: there the first Vidra set no ownerReferences."""
    plane = migration.scene.plane
    away = Move(migration.scene, migration.operating, server=plane.server)
    await migration.scene.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "cluster", "namespace": OWN, "labels": {"cluster-kubeconfig": "127.0.0.1"}},
            "stringData": {"kubeconfig": plane.kubeconfig.read_text()},
        }
    )

    def unowned(document: Json) -> Json:
        if document["kind"] not in {"InfrahubSync", "VidraResource"}:
            document["metadata"].pop("ownerReferences")
        return document

    await away.leave(unowned)
    away.drop_outdated()
    async with away.operating:
        await away.done()
        for kind, name in OBJECTS:
            item = await away.now(kind, name)
            assert item["metadata"]["uid"] == away.before(kind, name)["metadata"]["uid"]
            assert "Update manager" not in managers(item)
        assert (await away.now("ConfigMap", "settings"))["data"] == {"colour": "red"}
        assert await away.first.now("ConfigMap", "outdated") is None
        resource = await away.scene.get(RESOURCES, away.web)
        assert resource is not None
        assert {entry["server"] for entry in resource["status"]["managedResources"]} == {plane.server}
