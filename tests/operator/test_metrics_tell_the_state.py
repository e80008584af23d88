"""Prometheus sees how many syncs, VidraResources and objects there are, how they are, and what was done to them."""

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from vidra.manifests.write import write
from vidra.testing.objects import config_map
from vidra.testing.operating import Operating
from vidra.testing.scene import Scene, has_reason


def samples(operating: Operating) -> dict[tuple[str, tuple[str, ...]], float]:
    """All samples of Vidra's own, by name and label values."""
    text = generate_latest(operating.operator.metrics.registry).decode()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("vidra_")
    }


async def test_what_there_is_and_how_it_is(own_scene: Scene, own_operator: Operating) -> None:
    scene = own_scene
    scene.infrahub.add_artifact("Boxes", write([config_map("one"), config_map("two")]))
    await scene.until_sync(await scene.sync("Boxes", interval="1h"))
    bad = await scene.resource("kind: nonsense")
    await scene.until_resource(bad, has_reason("InvalidManifest"))
    found = samples(own_operator)
    assert found["vidra_resources", ("InfrahubSync", "True", "Synced")] == 1
    assert found["vidra_resources", ("VidraResource", "True", "Applied")] == 1
    assert found["vidra_resources", ("VidraResource", "False", "InvalidManifest")] == 1
    assert found["vidra_objects", ()] == 2
    assert found["vidra_health", ("Current",)] == 1
    assert found["vidra_clusters", ()] == 1
    assert found["vidra_objects_applied_total", ()] == 2
    assert found["vidra_artifact_downloads_total", ()] == 1


@pytest.mark.parametrize(
    ("policy", "sample"), [("Report", "vidra_drifted_objects"), ("Revert", "vidra_drift_reverted_total")]
)
async def test_drift_is_counted(own_scene: Scene, own_operator: Operating, policy: str, sample: str) -> None:
    text = write([config_map("box", colour="red")])
    name = await own_scene.resource(text, driftPolicy=policy, destination={"reconcileOnEvents": True})
    await own_scene.until_resource(name)
    assert samples(own_operator)[sample, ()] == 0
    configs = await own_scene.kind("v1", "ConfigMap")
    await own_scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=own_scene.namespace)
    await own_scene.until_event(name, "Drifted" if policy == "Report" else "DriftReverted")
    assert samples(own_operator)[sample, ()] == 1
