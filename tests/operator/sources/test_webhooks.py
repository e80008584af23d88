"""A change in Infrahub is applied when Infrahub calls, long before the next question."""

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from testkit.cleanup import clear, left
from testkit.controlplane import ControlPlane
from testkit.environment import SYNCS, Json, Scene, connection_to
from testkit.eventually import eventually
from testkit.infrahub import StandIn
from testkit.operating import Operating
from vidra.api.names import WEBHOOK_KEY_LABEL
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.web.webhooks import receiving
from vidra.web.webhooks.receiver import PATH

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{colour: {colour}}}
"""
KEY = "of-a-test"
QUERY = "/api/query/"
OWN = "vidra-system"
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)

_numbers = itertools.count(1)


@pytest.fixture
async def called(own_plane: ControlPlane) -> AsyncIterator[Scene]:
    """A scene whose Infrahub calls the operator, which asks by itself once an hour."""
    client = Client(connection_to(own_plane))
    work = Operating(own_plane, webhooks=True)
    async with work, receiving("127.0.0.1:0", work.operator) as port, StandIn() as infrahub:
        scene = Scene(own_plane, client, infrahub, f"called-{next(_numbers)}")
        await scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": scene.namespace}})
        await scene.credentials()
        await scene.apply(_secret(key=KEY))
        await eventually(lambda: len(work.operator.webhook_secrets) == 1)
        url = f"http://127.0.0.1:{port}{PATH}"
        infrahub.webhooks.put(name="vidra", url=url, shared_key=KEY, branch_scope="all_branches")
        yield scene
        await infrahub.webhooks.sent()
        await clear(scene)
        for kind, name in await left(scene):
            await scene.until_gone(kind, name)
        await scene.delete(SECRETS, "webhook", namespace=OWN)
    await client.close()


@pytest.mark.parametrize("spaced", [True, False], ids=["up to 1.6", "since 1.7"])
async def test_a_changed_artifact_is_applied(called: Scene, spaced: bool) -> None:
    called.infrahub.webhooks.spaced = spaced
    artifact = called.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    name = await called.sync("Colours", interval="1h")
    await called.until_sync(name)
    called.infrahub.change(artifact, CONFIG.format(name="colour", colour="blue"))
    await _until(called, "colour", "blue")
    await called.infrahub.webhooks.sent()
    assert called.infrahub.webhooks.answers == [202, 202]


async def test_a_branch_of_any_letters_is_heard_of(called: Scene) -> None:
    called.infrahub.webhooks.spaced = False
    artifact = called.infrahub.add_artifact("Farben für ŵ", CONFIG.format(name="colour", colour="red"))
    called.infrahub.create_branch("größe")
    name = await called.sync("Farben für ŵ", interval="1h", source={"targetBranch": "größe"})
    await called.until_sync(name)
    called.infrahub.change(artifact, CONFIG.format(name="colour", colour="blue"), branch="größe")
    await _until(called, "colour", "blue")


async def test_a_new_artifact_is_applied(called: Scene) -> None:
    called.infrahub.add_artifact("Colours", CONFIG.format(name="one", colour="red"))
    name = await called.sync("Colours", interval="1h")
    await called.until_sync(name)
    called.infrahub.add_artifact("Colours", CONFIG.format(name="two", colour="blue"))
    await _until(called, "two", "blue")


async def test_a_deleted_artifact_takes_its_objects_along_at_once(called: Scene) -> None:
    called.infrahub.add_artifact("Colours", CONFIG.format(name="one", colour="red"))
    two = called.infrahub.add_artifact("Colours", CONFIG.format(name="two", colour="blue"))
    name = await called.sync("Colours", interval="1h", allowEmpty="Confirmed")
    await called.until_sync(name)
    config_maps = await called.kind("v1", "ConfigMap")
    called.infrahub.remove(two)
    await called.until_gone(config_maps, "two", namespace=called.namespace)
    assert await called.get(config_maps, "one", namespace=called.namespace)


async def test_only_the_sync_that_knows_the_artifact_asks(called: Scene) -> None:
    artifact = called.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    called.infrahub.add_artifact("Shapes", CONFIG.format(name="shape", colour="red"))
    colours, shapes = await called.sync("Colours", interval="1h"), await called.sync("Shapes", interval="1h")
    await called.until_sync(colours)
    await called.until_sync(shapes)
    await called.infrahub.webhooks.sent()
    asked = _asked(called, b"Shapes")
    called.infrahub.change(artifact, CONFIG.format(name="colour", colour="blue"))
    await _until(called, "colour", "blue")
    assert _asked(called, b"Shapes") == asked


async def test_many_changes_at_once_are_a_few_passes(called: Scene) -> None:
    ids = [called.infrahub.add_artifact("Colours", CONFIG.format(name=f"c{n}", colour="red")) for n in range(30)]
    name = await called.sync("Colours", interval="1h")
    await called.until_sync(name)
    await called.infrahub.webhooks.sent()
    asked = _asked(called, b"Colours")
    for number, artifact in enumerate(ids):
        called.infrahub.change(artifact, CONFIG.format(name=f"c{number}", colour="blue"))
    for number in range(30):
        await _until(called, f"c{number}", "blue")
    assert called.infrahub.webhooks.answers.count(202) >= 30
    assert _asked(called, b"Colours") - asked <= 10


async def test_nobody_asks_for_a_text_that_is_there_already(called: Scene) -> None:
    artifact = called.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    name = await called.sync("Colours", interval="1s")
    await called.until_sync(name)
    called.infrahub.webhooks.muted = True
    called.infrahub.change(artifact, CONFIG.format(name="colour", colour="blue"))
    await _until(called, "colour", "blue")
    await called.sync("Colours", name=name, interval="1h")
    await called.until_sync(name)
    asked = _asked(called, b"Colours")
    called.infrahub.webhooks.muted = False
    called.infrahub.webhooks.tell(artifact)
    await called.infrahub.webhooks.sent()
    assert called.infrahub.webhooks.answers[-1] == 202
    called.infrahub.change(artifact, CONFIG.format(name="colour", colour="green"))
    await _until(called, "colour", "green")
    assert _asked(called, b"Colours") == asked + 1


async def test_a_sync_of_the_past_is_not_asked_for(called: Scene) -> None:
    called.infrahub.add_artifact("Shapes", CONFIG.format(name="shape", colour="red"))
    past = await called.sync("Shapes", source={"targetDate": datetime.now(UTC).isoformat()}, interval="1h")
    now = await called.sync("Colours", interval="1h")
    for name in (past, now):
        await called.until(SYNCS, name, lambda item: bool(item.get("status", {}).get("conditions")))
    await called.infrahub.requests.until(2, QUERY)
    asked = _asked(called, b"Shapes")
    called.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    await _until(called, "colour", "red")
    assert _asked(called, b"Shapes") == asked


async def test_a_new_key_counts_at_once_and_the_old_one_until_it_is_gone(called: Scene) -> None:
    artifact = called.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    await called.until_sync(await called.sync("Colours", interval="1h"))
    await called.apply(_secret(key="new", previous=KEY))
    await _until_answered(called, artifact, "new", 202)
    await _until_answered(called, artifact, KEY, 202)
    await called.apply(_secret(key="new"))
    await _until_answered(called, artifact, KEY, 401)


async def test_no_call_is_lost_while_the_key_is_rotated(called: Scene) -> None:
    artifact = called.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="c0"))
    await called.until_sync(await called.sync("Colours", interval="1h"))
    await called.infrahub.webhooks.sent()
    (webhook,) = called.infrahub.webhooks.all.values()
    numbers = itertools.count(1)

    async def changes() -> None:
        """Calls, without waiting for their answers."""
        for number in itertools.islice(numbers, 4):
            called.infrahub.change(artifact, CONFIG.format(name="colour", colour=f"c{number}"))
            await asyncio.sleep(0.02)

    await changes()
    await called.apply(_secret(key="new", previous=KEY))
    await changes()
    # The new key is used once it is known, as `vidra infrahub webhook apply` does.
    await _until_answered(called, artifact, "new", 202)
    refused = called.infrahub.webhooks.answers.count(401)
    await changes()
    assert webhook.shared_key == "new"
    await called.apply(_secret(key="new"))
    await changes()
    await _until(called, "colour", f"c{next(numbers) - 1}")
    await called.infrahub.webhooks.sent()
    assert called.infrahub.webhooks.answers.count(401) == refused
    assert set(called.infrahub.webhooks.answers) <= {202, 401}


def _secret(**values: str) -> Json:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    metadata = {"name": "webhook", "namespace": OWN, "labels": {WEBHOOK_KEY_LABEL: "true"}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


def _asked(scene: Scene, what: bytes) -> int:
    return sum(what in entry.body for entry in scene.infrahub.requests.matching(QUERY))


async def _until_answered(scene: Scene, artifact: str, key: str, status: int) -> None:
    """Have a key used until the receiver answers so."""
    webhooks = scene.infrahub.webhooks
    next(iter(webhooks.all.values())).shared_key = key

    async def answered() -> bool:
        webhooks.tell(artifact)
        await webhooks.sent()
        return webhooks.answers[-1] == status

    await eventually(answered)


async def _until(scene: Scene, name: str, colour: str) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    await scene.until(configs, name, lambda item: bool(item["data"]["colour"] == colour), namespace=scene.namespace)
