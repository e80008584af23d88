"""What somebody edits in a real Infrahub becomes objects in a real cluster, branch by branch and moment by moment."""

import asyncio
from datetime import UTC, datetime

import pytest

from testkit.contract import LIFETIME
from testkit.environment import SYNCS, condition, has_reason
from testkit.parts.infrahub.loaded import APPLICATIONS, MACHINES
from testkit.parts.infrahub.story import PATIENCE, Story
from testkit.trigger import ask

pytestmark = pytest.mark.timeout(1800)  # the first test of a run waits until Infrahub is up


@pytest.mark.usefixtures("machines")
async def test_a_web_application_and_a_virtual_machine_arrive_and_a_merge_changes_them(story: Story) -> None:
    scene, hub = story.scene, story.hub
    web, machine, branch = story.name("web"), story.name("router"), story.name("more")
    await hub.application(web, replicas=1, password="hunter2")
    await hub.machine(machine, cores=1)
    syncs = [await story.sync(APPLICATIONS), await story.sync(MACHINES)]
    for sync in syncs:
        await scene.until_sync(sync, seconds=PATIENCE)
    before = await story.has("Deployment", web, replicas=1)
    await story.has("VirtualMachine", machine, runStrategy="Always")

    await hub.person.create_branch(branch)
    await hub.person.edit("WebApplication", web, branch=branch, replicas=3)
    assert (await story.has("Deployment", web))["spec"]["replicas"] == 1, "a branch is not main"
    await hub.person.merge(branch)
    after = await story.has("Deployment", web, replicas=3)
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    await scene.until_sync(syncs[0], seconds=PATIENCE)


async def test_a_branch_and_a_moment_can_be_read_and_left_again(story: Story) -> None:
    scene, hub = story.scene, story.hub
    web, branch = story.name("web"), story.name("other")
    artifact = await hub.application(web, greeting="Before")
    (then,) = [entry for entry in await hub.person.artifacts(APPLICATIONS) if entry["id"] == artifact]
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    await hub.person.create_branch(branch)
    await hub.person.edit("WebApplication", web, branch=branch, greeting="After")
    await hub.regenerate(APPLICATIONS, branch=branch)

    sync = await story.sync(APPLICATIONS, targetBranch=branch)
    await story.has("ConfigMap", web, **{"index.html": "After"})
    await story.sync(APPLICATIONS, name=sync)
    await story.has("ConfigMap", web, **{"index.html": "Before"})
    await hub.person.merge(branch)
    await story.has("ConfigMap", web, **{"index.html": "After"})

    await story.sync(APPLICATIONS, name=sync, targetDate=moment)
    await story.has("ConfigMap", web, **{"index.html": "Before"})
    found = await scene.until_sync(sync, seconds=PATIENCE)
    assert then["checksum"] in found["status"]["checksums"]
    await story.sync(APPLICATIONS, name=sync)
    await story.has("ConfigMap", web, **{"index.html": "After"})


@pytest.mark.usefixtures("machines")
async def test_an_artifact_whose_transform_fails_keeps_what_it_had_and_one_that_never_was_says_so(story: Story) -> None:
    scene, hub, branch = story.scene, story.hub, story.name("failing")
    await hub.person.create_branch(branch)
    good, never = story.name("good"), story.name("never")
    artifact = await hub.machine(good, branch=branch, cores=2)
    sync = await story.sync(MACHINES, targetBranch=branch)
    before = await story.has("VirtualMachine", good)

    await hub.person.edit("VirtualMachine", good, branch=branch, cores=0)
    await hub.regenerate(MACHINES, branch=branch)
    await hub.until_artifact(MACHINES, artifact, branch=branch, status="Error")
    told = condition(await ask(scene, sync))
    assert told["status"] == "True"
    assert f"artifact {artifact} could not be generated again: the last good text stays applied" in told["message"]
    await scene.until_event(sync, "GenerationFailed")
    assert (await story.has("VirtualMachine", good))["metadata"]["uid"] == before["metadata"]["uid"]

    await hub.machine(never, branch=branch, generated=False, cores=0)
    found = await scene.until_sync(sync, has_reason("NotGenerated"), seconds=PATIENCE)
    assert "generate it in Infrahub" in condition(found)["message"]
    after = await story.has("VirtualMachine", good)
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["spec"] == before["spec"]


async def test_with_a_deleted_artifact_go_its_objects_and_no_others(story: Story) -> None:
    scene, hub, branch = story.scene, story.hub, story.name("fewer")
    await hub.person.create_branch(branch)
    stays, goes = story.name("stays"), story.name("goes")
    await hub.application(stays, branch=branch)
    artifact = await hub.application(goes, branch=branch)
    sync = await story.sync(APPLICATIONS, targetBranch=branch)
    before = await story.has("Deployment", stays)
    await story.has("Deployment", goes)
    await scene.until_sync(sync, seconds=PATIENCE)

    await hub.person.delete("CoreArtifact", artifact, branch=branch)
    kind = await scene.kind("apps/v1", "Deployment")
    await scene.until_gone(kind, goes, **story.place, seconds=PATIENCE)
    assert (await story.has("Deployment", stays))["metadata"]["uid"] == before["metadata"]["uid"]


async def test_tokens_end_and_vidra_goes_on(story: Story) -> None:
    scene, hub, branch = story.scene, story.hub, story.name("tokens")
    await hub.person.create_branch(branch)
    web = story.name("web")
    await hub.application(web, branch=branch, greeting="One")
    sync = await story.sync(APPLICATIONS, targetBranch=branch)
    await story.has("ConfigMap", web, **{"index.html": "One"})
    await scene.until_sync(sync, seconds=PATIENCE)

    async with asyncio.timeout(PATIENCE):
        for _ in range(3):
            await asyncio.sleep(LIFETIME)  # nothing tells when a token ends
            assert condition(await ask(scene, sync))["status"] == "True"
    await hub.person.edit("WebApplication", web, branch=branch, greeting="Two")
    await hub.regenerate(APPLICATIONS, branch=branch)
    await story.has("ConfigMap", web, **{"index.html": "Two"})
    assert await scene.get(SYNCS, sync) is not None


async def test_while_infrahub_is_away_objects_stay_and_afterwards_changes_arrive(story: Story) -> None:
    scene, hub, branch = story.scene, story.hub, story.name("outage")
    await hub.person.create_branch(branch)
    web = story.name("web")
    await hub.application(web, branch=branch, greeting="One")
    sync = await story.sync(APPLICATIONS, targetBranch=branch)
    before = await story.has("ConfigMap", web, **{"index.html": "One"})
    await scene.until_sync(sync, seconds=PATIENCE)

    await hub.infrahub.stop()
    found = await scene.until_sync(sync, has_reason("InfrahubUnreachable"), seconds=PATIENCE)
    assert hub.infrahub.url in condition(found)["message"]
    assert (await story.has("ConfigMap", web))["metadata"]["uid"] == before["metadata"]["uid"]
    await hub.infrahub.start()
    await scene.until_sync(sync, seconds=PATIENCE)
    await hub.person.edit("WebApplication", web, branch=branch, greeting="Two")
    await hub.regenerate(APPLICATIONS, branch=branch)
    after = await story.has("ConfigMap", web, **{"index.html": "Two"})
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
