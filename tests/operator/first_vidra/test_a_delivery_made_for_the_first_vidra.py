"""Sync files that were written for the first Vidra, and for OpsMill's fork of it, are delivered as they are."""

from testkit.environment import OWN, SYNCS, Scene, has_reason
from testkit.infrahub.stored import StoredQuery
from testkit.objects import config_map
from vidra.api.names import API_VERSION
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
PEERING, APPLICATION, COLLECTOR = "Fabric Peering", "Fabric Application", "Telemetry Collector Configuration"


async def test_names_with_spaces_a_query_of_another_name_and_a_namespace_that_another_artifact_brings(
    own_scene: Scene,
) -> None:
    infrahub = own_scene.infrahub
    infrahub.remove_query("ArtifactIDs")
    infrahub.store_query(StoredQuery("artifact_ids", selects_object=False))
    settings = {"requeueSyncAfter": "1m", "requeueResourceAfter": "10m", "queryName": "artifact_ids"}
    settings["eventBasedReconcile"] = "false"
    metadata = {"name": "vidra-config", "namespace": OWN, "labels": {"app": "vidra"}}
    await own_scene.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": settings})

    brought = f"{own_scene.namespace}-telemetry"
    infrahub.add_artifact(PEERING, write([config_map("peering", own_scene.namespace, peers="2")]))
    infrahub.add_artifact(COLLECTOR, write([config_map("collector", agent="on")]))
    names = {PEERING: "fabric-peering", APPLICATION: "fabric-app", COLLECTOR: "telemetry-collector-config"}
    for artifact, name in names.items():
        await own_scene.apply(
            {
                "apiVersion": API_VERSION,
                "kind": "InfrahubSync",
                "metadata": {"name": name},
                "spec": {
                    "source": {"infrahubAPIURL": infrahub.url, "targetBranch": "main", "artefactName": artifact},
                    "destination": {
                        "server": "https://kubernetes.default.svc",
                        "namespace": brought if artifact == COLLECTOR else "default",
                        "reconcileOnEvents": False,
                    },
                },
            }
        )
    await own_scene.until_sync(names[PEERING])

    # Nothing is taken for success that delivers nothing, and what waits for a namespace names it.
    await own_scene.until_sync(names[APPLICATION], has_reason("EmptyResult"))
    waiting = await own_scene.until_sync(names[COLLECTOR], lambda item: "(NamespaceMissing)" in str(item.get("status")))
    assert waiting["status"]["syncState"] != "Succeeded"
    event = await own_scene.until_event("vidra-config", "ConfigInvalid", namespace=OWN)
    assert "requeueResourceAfter was never read" in event["message"]

    # Of the artifact that brings the namespace Infrahub is asked at the next interval, or when somebody asks for it.
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": brought}}
    infrahub.add_artifact(APPLICATION, write([space]))
    await own_scene.patch(SYNCS, names[APPLICATION], {"spec": {"interval": "1s"}})
    await own_scene.until_sync(names[APPLICATION])
    await own_scene.until_sync(names[COLLECTOR])
    collector = await own_scene.get(CONFIG_MAPS, "collector", namespace=brought)
    assert collector
    assert collector["data"] == {"agent": "on"}
    for name in names.values():
        await own_scene.delete(SYNCS, name)
    for name in names.values():
        await own_scene.until_gone(SYNCS, name)
    await own_scene.delete(CONFIG_MAPS, "vidra-config", namespace=OWN)
