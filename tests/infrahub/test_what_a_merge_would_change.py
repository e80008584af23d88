"""`vidra diff --branch` against a real Infrahub: what a merge would change, in every cluster, and no secret."""

import pytest

from testkit.command import vidra_with
from testkit.parts.infrahub.loaded import APPLICATIONS
from testkit.parts.infrahub.story import PATIENCE, Story
from testkit.remote import Remote

pytestmark = pytest.mark.timeout(1800)  # the first test of a run waits until Infrahub is up


async def test_a_merge_is_seen_in_every_cluster_before_it_happens(story: Story, remote: Remote, west: Remote) -> None:
    hub, scene, label = story.hub, story.scene, story.name("tier")
    web, branch = story.name("web"), story.name("next")
    artifact = await hub.application(web, replicas=1, password="hunter2")
    for cluster in (remote, west):
        await cluster.credentials(tier=label)
    sync = await story.sync(APPLICATIONS, destination={"clusterSelector": {"matchLabels": {"tier": label}}})
    await scene.until_sync(sync, seconds=PATIENCE)
    vidra = vidra_with(scene.plane.kubeconfig)
    ended = await vidra("diff", sync)
    assert (ended.code, ended.out) == (0, ""), ended.err

    await hub.person.create_branch(branch)
    await hub.person.edit("WebApplication", web, branch=branch, replicas=4, password="hunter3")
    await hub.changed(APPLICATIONS, artifact, branch=branch)
    ended = await vidra("diff", sync, "--branch", branch)
    assert ended.code == 3, ended.err
    lines = ended.out.splitlines()
    for cluster in (remote, west):
        place = f"{scene.namespace}/{web} (apps/v1) on {cluster.server}"
        assert f"--- live: Deployment {place}" in lines
        found = await cluster.scene.get(await cluster.scene.kind("apps/v1", "Deployment"), web, **story.place)
        assert found is not None
        assert found["spec"]["replicas"] == 1, "a rehearsal writes nothing"
    assert lines.count("-  replicas: 1") == lines.count("+  replicas: 4") == 2
    assert lines.count("+  password: '*** (after)'") == 2
    assert "hunter" not in ended.out + ended.err
    assert "aHVudGVy" not in ended.out + ended.err, "the start of both, in base64"
