"""Who may write VidraResources, and no more, can neither read nor delete what a sync stored, nor any Secret of Vidra's.

A text goes only where the sync that stored it sent it.
"""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.remote import Remote
from testkit.somebody import somebody
from testkit.trigger import ask
from vidra.api.names import API_VERSION, GROUP, RESOURCE_LABEL
from vidra.apply.field_owner import hashed
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

OWN = "vidra-system"
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
WRITER = ({"apiGroups": [GROUP], "resources": ["vidraresources"], "verbs": ["*"]},)
"""VidraResources, and nothing else: no status, no syncs, no Secrets."""
TEXT = write([config_map("hidden", word="battery-staple")])
EMPTY = hashlib.md5(b"", usedforsecurity=False).hexdigest()
refused = has_reason("ContentRefused")


@pytest.fixture
async def thief(scene: Scene, remote: Remote) -> AsyncIterator[Scene]:
    """Somebody with a cluster of their own that Vidra reaches."""
    await remote.credentials()
    async with somebody(scene, everywhere=WRITER) as person:
        yield person


@pytest.fixture
async def victim(scene: Scene) -> Json:
    """A VidraResource that a sync made, with a text that is nobody else's business."""
    artifact = scene.infrahub.add_artifact("Hidden", TEXT)
    name = await scene.sync("Hidden", interval="1h")
    await scene.until_sync(name)
    return await scene.until_resource(f"{name}-{artifact}")


async def test_a_text_of_a_sync_is_read_into_no_other_vidraresource(
    scene: Scene, remote: Remote, thief: Scene, victim: Json
) -> None:
    content, metadata = victim["spec"]["content"], victim["metadata"]
    forged = {"ownerReferences": metadata["ownerReferences"], "labels": metadata["labels"]}
    there = {"server": remote.server, "namespace": scene.namespace}
    attempts: list[tuple[Json, Json, Json]] = [
        (content, there, {}),
        (content, there, forged),
        (content, victim["spec"]["destination"], forged),
        ({**content, "checksum": "deadbeef"}, there, forged),
        ({**content, "seal": ""}, there, {}),
        ({**content, "secrets": [*content["secrets"], *content["secrets"]]}, there, {}),
    ]
    for number, (claim, destination, more) in enumerate(attempts):
        name = await _written(thief, f"thief-{number}", claim, destination, **more)
        found = await scene.until_resource(name, refused)
        assert "only the sync that stored a text may refer to it" in condition(found)["message"]
        assert "battery-staple" not in str(found)
        assert not found["status"].get("managedResources")
        await thief.delete(RESOURCES, name)
        await scene.until_gone(RESOURCES, name)
    assert await remote.box("hidden") is None
    await _unharmed(scene, victim)


async def test_a_text_goes_nowhere_else_when_its_own_vidraresource_is_edited(
    scene: Scene, remote: Remote, thief: Scene, victim: Json
) -> None:
    name = victim["metadata"]["name"]
    for destination in (
        {"server": remote.server},
        {"namespace": "default"},
        {"server": remote.server, "context": "another"},
    ):
        await thief.patch(RESOURCES, name, {"spec": {"destination": destination}})
        # The sync writes it as it should be, by itself.
        await scene.until_resource(name, lambda item: item["spec"]["destination"] == victim["spec"]["destination"])
        assert condition(await scene.until_resource(name))["reason"] == "Applied"
    assert await remote.box("hidden") is None
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "hidden", namespace="default") is None
    await _unharmed(scene, victim)


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("credentials", id="any-secret"),
        pytest.param("../../{namespace}/secrets/credentials", id="another-namespace"),
        pytest.param("credentials?x=1", id="a-query"),
        pytest.param("../configmaps/vidra-config", id="another-kind"),
        pytest.param("..", id="dots"),
        pytest.param("", id="nothing"),
    ],
)
async def test_no_other_secret_is_opened(scene: Scene, thief: Scene, secret: str) -> None:
    mark = scene.plane.audit.mark()
    claim = {"artifactId": "x", "checksum": EMPTY, "secrets": [secret.format(namespace=scene.namespace)]}
    name = await _written(thief, "probe", claim, {"namespace": scene.namespace})
    await scene.until_resource(name, refused)
    asked = [entry for entry in await scene.plane.audit.since(mark) if entry.user_agent.startswith("vidra/")]
    assert not [entry for entry in asked if entry.verb == "get" and entry.resource in {"secrets", "configmaps"}]


async def test_no_secret_at_all_is_no_text(scene: Scene, thief: Scene) -> None:
    claim: Json = {"artifactId": "x", "checksum": EMPTY, "secrets": []}
    name = await _written(thief, "empty", claim, {"namespace": scene.namespace})
    found = await scene.until_resource(name, refused)
    assert not found["status"].get("managedResources")


async def test_nothing_of_others_is_deleted_with_a_vidraresource(scene: Scene, thief: Scene, victim: Json) -> None:
    """Not what its content names, nor what is kept under its name; whatever the checksum, and without Infrahub."""
    content, metadata = victim["spec"]["content"], victim["metadata"]
    await scene.infrahub.stop()
    stem = str(metadata["name"]).rpartition("-")[0]
    for number, (name, claim) in enumerate(
        [
            ("destroyer", {**content, "checksum": "deadbeef"}),
            ("destroyer", {**content, "secrets": ["vidra-0123456789abcdef-deadbeef-0", *content["secrets"]]}),
            (stem, content),
        ]
    ):
        made = await _written(thief, f"{name}-{number}", claim, ownerReferences=metadata["ownerReferences"])
        await scene.until_resource(
            made, lambda item: condition(item).get("reason") in {"ContentRefused", "ContentMissing"}
        )
        await thief.delete(RESOURCES, made)
        await scene.until_gone(RESOURCES, made)
    await _unharmed(scene, victim)


async def test_what_several_clusters_share_does_not_go_with_one_that_has_its_name(
    scene: Scene, remote: Remote, thief: Scene
) -> None:
    """With a selector a text is kept under a name that no VidraResource has: anybody may take it."""
    await remote.credentials(env=scene.namespace)
    artifact = scene.infrahub.add_artifact("Spread", TEXT)
    selector = {"clusterSelector": {"matchLabels": {"env": scene.namespace}}}
    sync = await scene.sync("Spread", interval="1h", destination=selector)
    await scene.until_sync(sync)
    made = f"{sync}-{artifact}"
    before = await _stored(scene, made)
    assert before
    await thief.apply(_body(made, {"manifest": write([config_map("mine")])}))
    await scene.until_resource(made)
    await thief.delete(RESOURCES, made)
    await scene.until_gone(RESOURCES, made)
    assert await _stored(scene, made) == before


async def test_a_stranger_does_not_come_in_the_place_of_what_a_sync_made(
    scene: Scene, remote: Remote, thief: Scene, victim: Json
) -> None:
    metadata, (sync, _, artifact) = victim["metadata"], _parts(victim)
    claim = {**victim["spec"]["content"], "seal": "0" * 32}
    name = await _written(thief, "aaaa", claim, {"server": remote.server}, ownerReferences=metadata["ownerReferences"])
    await scene.until_resource(name, refused)
    scene.infrahub.change(artifact, write([config_map("hidden", word="changed")]))
    await ask(scene, sync)
    found = await scene.until_resource(
        metadata["name"], lambda item: item["spec"]["content"]["checksum"] != claim["checksum"]
    )
    assert found["spec"]["destination"] == victim["spec"]["destination"]
    stranger = await scene.get(RESOURCES, name)
    assert stranger is not None
    assert stranger["spec"]["content"] == claim
    assert await remote.box("hidden") is None


async def test_a_stored_secret_that_was_replaced_is_put_right(own_scene: Scene, own_operator: Operating) -> None:
    scene = own_scene
    artifact = scene.infrahub.add_artifact("Hidden", TEXT)
    name = await scene.sync("Hidden", interval="1h")
    await scene.until_sync(name)
    (before,) = await _stored(scene, f"{name}-{artifact}")
    place = {"name": before["metadata"]["name"], "namespace": OWN}
    both: list[Json] = [{}, before["metadata"]["labels"]]
    for labels in both:
        await scene.delete(SECRETS, place["name"], namespace=OWN)
        forged = write([config_map("hidden", word="forged")])
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": {**place, "labels": labels}}
        await scene.apply({**body, "stringData": {"content": forged}})
        await own_operator.stop()  # and with it, its memory
        await own_operator.start()
        await scene.patch(
            await scene.kind("v1", "ConfigMap"), "hidden", {"data": {"word": "drifted"}}, namespace=scene.namespace
        )
        await ask(scene, name)
        found = await scene.until(
            SECRETS, place["name"], lambda item: item.get("type") == before["type"], namespace=OWN
        )
        assert found["data"] == before["data"]
        assert found["immutable"]
        await scene.until_sync(name)


def _parts(victim: Json) -> tuple[str, str, str]:
    sync = str(victim["metadata"]["ownerReferences"][0]["name"])
    return sync, "-", str(victim["spec"]["content"]["artifactId"])


def _body(name: str, spec: Json, **metadata: Any) -> Json:
    return {
        "apiVersion": API_VERSION,
        "kind": "VidraResource",
        "metadata": {"name": name, **metadata},
        "spec": spec,
    }


async def _written(person: Scene, name: str, content: Json, destination: Json | None = None, **metadata: Any) -> str:
    """A VidraResource by hand, with a text that somebody else stored."""
    made = name if name.startswith(person.namespace) else f"{person.namespace}-{name}"
    spec = {"content": content, "destination": destination or {"namespace": person.namespace}}
    await person.apply(_body(made, spec, **metadata))
    return made


async def _stored(scene: Scene, resource: str) -> list[Json]:
    """The Secrets that hold the text of a VidraResource."""
    query = {"labelSelector": f"{RESOURCE_LABEL}={hashed(resource)}"}
    listing: Json = await scene.client.get(SECRETS.path(OWN), Json, query=query)
    return [{"apiVersion": "v1", "kind": "Secret", **item} for item in listing["items"]]


async def _unharmed(scene: Scene, victim: Json) -> None:
    """The text and the objects of a sync are where they were."""
    for name in victim["spec"]["content"]["secrets"]:
        assert await scene.get(SECRETS, name, namespace=OWN) is not None
    found = await scene.get(await scene.kind("v1", "ConfigMap"), "hidden", namespace=scene.namespace)
    assert found is not None
    assert found["data"] == {"word": "battery-staple"}
