"""What the first Vidra stored stays readable and writable under our CRDs."""

import msgspec
import pytest

from testkit.controlplane import ControlPlane
from vidra.api.names import GROUP, VERSION
from vidra.api.resource import ManagedObject, VidraResource
from vidra.api.sync import InfrahubSync, State

SYNCS = f"/apis/{GROUP}/{VERSION}/infrahubsyncs"
RESOURCES = f"/apis/{GROUP}/{VERSION}/vidraresources"
MADE_BY_A_SYNC = "18477a27-5c2b-e1a3-39e8-c51e5e9ba4a9"


async def sync(plane: ControlPlane, name: str) -> InfrahubSync:
    return msgspec.convert((await plane.request("GET", f"{SYNCS}/{name}")).body, InfrahubSync)


async def resource(plane: ControlPlane, name: str) -> VidraResource:
    return msgspec.convert((await plane.request("GET", f"{RESOURCES}/{name}")).body, VidraResource)


async def test_its_syncs_are_read_with_their_status(upgraded: ControlPlane) -> None:
    found = await sync(upgraded, "webserver")
    assert (found.spec.source.artifact, found.spec.source.target_date) == ("Webserver Manifest", "-2d")
    assert (found.status.sync_state, found.status.last_sync_time) == (State.SUCCEEDED, "2025-06-01T10:00:00Z")
    assert found.status.checksums == ("d41d8cd98f00b204e9800998ecf8427e",) * 2
    assert found.status.conditions == ()


async def test_a_time_that_was_never_set_is_read_as_missing(upgraded: ControlPlane) -> None:
    found = await sync(upgraded, "new-one")
    assert (found.status.last_sync_time, found.status.last_error) == ("", "401 Unauthorized")


async def test_its_vidraresources_are_read_with_their_inventory(upgraded: ControlPlane) -> None:
    found = await resource(upgraded, MADE_BY_A_SYNC)
    assert found.status.deploy_state is State.SUCCEEDED
    assert found.status.managed_resources == (
        ManagedObject("v1", "ConfigMap", "web", "default"),
        ManagedObject("v1", "Namespace", "team-a"),
    )
    assert found.spec.manifest is not None
    assert found.spec.reconciled_at == "2025-06-01T10:00:00Z"


async def test_one_without_a_manifest_is_read_as_such(upgraded: ControlPlane) -> None:
    found = await resource(upgraded, "empty-artifact")
    assert (found.spec.manifest, found.spec.content, found.status.managed_resources) == (None, None, ())


@pytest.mark.parametrize("path", [f"{SYNCS}/webserver", f"{SYNCS}/new-one", f"{RESOURCES}/{MADE_BY_A_SYNC}"])
async def test_an_unchanged_update_is_accepted(upgraded: ControlPlane, path: str) -> None:
    stored = (await upgraded.request("GET", path)).body
    answer = await upgraded.request("PUT", f"{path}?dryRun=All", stored)
    assert answer.status == 200, answer
    assert answer.body["metadata"]["generation"] == stored["metadata"]["generation"]


@pytest.mark.parametrize("name", [MADE_BY_A_SYNC, "empty-artifact"])
async def test_finalizers_and_owners_can_be_changed(upgraded: ControlPlane, name: str) -> None:
    answer = await upgraded.request(
        "PATCH",
        f"{RESOURCES}/{name}?dryRun=All",
        {"metadata": {"finalizers": [], "ownerReferences": []}},
        content_type="application/merge-patch+json",
    )
    assert answer.status == 200, answer
