"""Deep, huge and odd input ends in a reason, stops only its own sync, and takes nothing away."""

import hashlib
import json

import pytest

from testkit.environment import Json, Scene, condition, has_reason
from testkit.infrahub import Answered
from testkit.objects import config_map
from testkit.trigger import ask
from vidra.manifests.write import write

DEEP = "[" * 200_000 + "]" * 200_000
QUERY = "/api/query/*"


def _listing(*nodes: Json) -> str:
    return json.dumps({"data": {"CoreArtifact": {"edges": [{"node": node} for node in nodes]}}})


@pytest.mark.faces(1)
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(f'{{"data": {{"CoreArtifact": {{"edges": {DEEP}}}}}}}', "NotInfrahub", id="deep"),
        pytest.param(
            _listing(*({"id": str(number), "checksum": {"value": "c"}} for number in range(10_001))),
            "TooLarge",
            id="many",
        ),
        pytest.param(
            json.dumps({"data": {f"list{number}": {"edges": []} for number in range(100_000)}}),
            "QueryFailed",
            id="many lists",
        ),
    ],
)
async def test_a_hostile_list_is_an_error_and_takes_nothing_away(scene: Scene, body: str, reason: str) -> None:
    scene.infrahub.add_artifact("Boxes", write([config_map("box")]))
    sync = await scene.sync("Boxes", interval="1h")
    await scene.until_sync(sync)
    scene.infrahub.faults.add(Answered(200, body, "application/json"), QUERY)
    await ask(scene, sync)
    found = await scene.until_sync(sync, has_reason(reason))
    assert "a fault of Vidra" not in str(found["status"])
    assert len(await scene.resources_of(sync)) == 1
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "box", namespace=scene.namespace) is not None
    scene.infrahub.faults.clear()
    await ask(scene, sync)
    await scene.until_sync(sync)


async def test_a_checksum_of_four_thousand_characters_is_told_in_one_short_line(scene: Scene) -> None:
    scene.infrahub.add_artifact("Boxes", write([config_map("box")]))
    node: Json = {"id": "a", "checksum": {"value": "a\n" * 2_000}}
    scene.infrahub.faults.add(Answered(200, _listing(node), "application/json"), QUERY)
    scene.infrahub.faults.add(Answered(200, "a: 1\n", "text/plain"), "/api/artifact/*")
    sync = await scene.sync("Boxes", interval="1h")
    found = await scene.until_sync(sync, has_reason("ChecksumMismatch"))
    message = condition(found)["message"]
    assert message.isprintable()
    assert len(message) < 600
    assert hashlib.md5(b"a: 1\n", usedforsecurity=False).hexdigest() in message


async def test_a_text_of_too_many_objects_is_said_to_be_too_large(scene: Scene) -> None:
    few = write([config_map("box")])
    name = await scene.resource(few)
    await scene.until_resource(name)
    await scene.resource("---\n{}\n" * 50_001, name=name)
    found = await scene.until_resource(name, has_reason("TooLarge"))
    assert "more than 50,000 objects" in condition(found)["message"]
    assert len(found["status"]["managedResources"]) == 1
    await scene.resource(few, name=name)
    await scene.until_resource(name)


async def test_names_that_lead_elsewhere_are_refused_before_any_request(scene: Scene) -> None:
    mark = scene.plane.audit.mark()
    odd = [config_map("../../../secrets/x"), config_map(".."), config_map("x", "../vic"), config_map("good")]
    name = await scene.resource(write(odd))
    found = await scene.until_resource(name, has_reason("InvalidManifest"))
    assert len(found["status"]["problems"]) == 3
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "good", namespace=scene.namespace) is not None
    asked = [entry.uri for entry in await scene.plane.audit.since(mark) if entry.user_agent.startswith("vidra/")]
    assert not [uri for uri in asked if ".." in uri or "vic" in uri]
