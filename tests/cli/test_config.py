"""`vidra config` shows and changes the settings."""

import pytest

from testkit.command import Vidra
from testkit.controlplane import ControlPlane


@pytest.fixture(autouse=True)
async def _own_namespace(own_plane: ControlPlane) -> None:
    await own_plane.request("POST", "/api/v1/namespaces", {"metadata": {"name": "vidra-system"}})
    await own_plane.request("DELETE", "/api/v1/namespaces/vidra-system/configmaps/vidra-config")


async def test_without_a_configmap_everything_is_default(bare: Vidra) -> None:
    lines = (await bare("config", "get")).out.splitlines()
    assert [line.split() for line in lines] == [
        ["SETTING", "VALUE", "FROM"],
        ["requeueSyncAfter", "60s", "default"],
        ["requeueResourcesAfter", "600s", "default"],
        ["queryName", "ArtifactIDs", "default"],
        ["eventBasedReconcile", "false", "default"],
        ["healthRules", "default"],
        ["labelNamespaces", "default"],
        ["otherVidras", "default"],
        ["logLevel", "default"],
    ]


async def test_what_is_not_named_stays_as_it_is(bare: Vidra) -> None:
    assert (await bare("config", "apply", "--requeue-sync-after", "30s")).out == "configmap/vidra-config applied\n"
    assert (await bare("config", "apply", "--event-based-reconcile")).code == 0
    lines = [line.split() for line in (await bare("config", "get")).out.splitlines()]
    assert ["requeueSyncAfter", "30s", "vidra-system/vidra-config"] in lines
    assert ["eventBasedReconcile", "true", "vidra-system/vidra-config"] in lines
    assert ["queryName", "ArtifactIDs", "default"] in lines
    assert "requeueSyncAfter=30s" in (await bare("config", "list")).out
    assert (await bare("config", "apply", "--no-event-based-reconcile")).code == 0
    assert "eventBasedReconcile: 'false'" in (await bare("config", "get", "-o", "yaml")).out


async def test_a_setting_that_vidra_could_not_read_is_refused(bare: Vidra) -> None:
    ended = await bare("config", "apply", "--requeue-sync-after", "soon")
    assert ended.code == 2
    assert ended.err.startswith("error: requeueSyncAfter: 'soon' is not a duration")
    assert (await bare("config", "apply")).code == 2


async def test_one_that_somebody_else_wrote_is_warned_about(bare: Vidra, own_plane: ControlPlane) -> None:
    body = {"metadata": {"name": "vidra-config", "labels": {"app": "vidra"}}, "data": {"requeueSyncAfter": "soon"}}
    await own_plane.request("POST", "/api/v1/namespaces/vidra-system/configmaps", body)
    ended = await bare("config", "get")
    assert ["requeueSyncAfter", "60s", "default"] in [line.split() for line in ended.out.splitlines()]
    assert ended.err.startswith("warning: requeueSyncAfter: 'soon' is not a duration")


async def test_deleting_says_that_the_defaults_come_back(bare: Vidra) -> None:
    await bare("config", "apply", "--query-name", "Mine")
    refused = await bare("config", "delete", stdin="n\n")
    assert refused.code == 1
    assert "the defaults will be in force" in refused.err
    assert (await bare("config", "delete", "--yes")).out == "configmap/vidra-config deleted\n"
    assert (await bare("config", "list")).err == "there are no settings\n"
