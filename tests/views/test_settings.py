"""Each setting says where it comes from; one that is wrong is the default, and is said to be."""

from vidra.api.meta import Meta
from vidra.kube.types import ConfigMap
from vidra.views.settings import settings_in_force


def test_without_a_configmap_everything_is_the_default() -> None:
    found = settings_in_force(None)
    assert {item.source for item in found.settings} == {""}
    assert found.complaints == ()


def test_a_setting_that_is_wrong_comes_from_nowhere() -> None:
    data = {"requeueSyncAfter": "30s", "requeueResourcesAfter": "soon"}
    found = settings_in_force(ConfigMap(Meta(name="c", namespace="n"), data))
    sources = {item.key: item.source for item in found.settings}
    assert (sources["requeueSyncAfter"], sources["requeueResourcesAfter"]) == ("n/c", "")
    assert {item.key: item.value for item in found.settings}["requeueSyncAfter"] == "30s"
    assert "requeueResourcesAfter" in found.complaints[0]
