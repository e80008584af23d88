"""A real Infrahub is told what became of its artifacts, in the kind that the example brings."""

from pathlib import Path

import aiohttp
import pytest
import yaml

from testkit.eventually import eventually
from testkit.parts.infrahub.loaded import APPLICATIONS
from testkit.parts.infrahub.story import PATIENCE, Story
from vidra.apply.field_owner import hub_of
from vidra.controllers.sync.write_back import reporter
from vidra.sources.infrahub import Credential, Infrahub
from vidra.sources.infrahub.deliveries import Delivery, deliveries_of
from vidra.sources.protocol import SourceError
from vidra.views.hub_objects import identity

pytestmark = pytest.mark.timeout(1800)

SCHEMA = Path(__file__).parents[2] / "examples" / "infrahub" / "write-back" / "delivery.yml"


async def test_a_delivery_is_written_and_goes_with_its_artifact(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporter, "GATHER", 0.5)
    monkeypatch.setattr(reporter, "PAUSE", 1.0)
    hub, web = story.hub, story.name("told")
    url, token = hub.infrahub.url, hub.infrahub.place.admin_token
    schemas = {"schemas": [yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))]}
    async with aiohttp.request(
        "POST", f"{url}/api/schema/load?branch=main", json=schemas, headers={"X-INFRAHUB-KEY": token}
    ) as answer:
        assert answer.status < 300, await answer.text()
    artifact = await hub.application(web)
    name = await story.scene.sync(APPLICATIONS, source={"infrahubAPIURL": url, "writeBack": True}, interval="1s")
    infrahub, vidra = Infrahub(url, Credential(token=token)), hub_of(await identity(story.scene.client))

    async def told() -> dict[str, Delivery | None]:
        try:
            found = await deliveries_of(infrahub, vidra, name)
        except SourceError as error:  # the schema takes a moment to be known everywhere
            return {str(error): None}
        return {item.artifact: item for item in found.values() if item}

    async def ready() -> bool:
        item = (await told()).get(artifact)
        return item is not None and item.ready

    await eventually(ready, PATIENCE)
    item = (await told())[artifact]
    assert item
    assert (item.reason, item.sync) == ("Applied", name)
    await hub.person.delete("CoreArtifact", artifact)

    async def gone() -> bool:
        return artifact not in await told()

    await eventually(gone, PATIENCE)
    await infrahub.close()
