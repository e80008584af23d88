"""Crossplane's kinds are delivered like any, and what a provider makes of them is left to it."""

from typing import Any

import pytest

from testkit.environment import SYNCS, Check, Json, Scene, condition
from vidra.manifests.write import write

pytestmark = pytest.mark.usefixtures("provider")

GROUP = "platform.example.com"
OBJECT = ("kubernetes.m.crossplane.io/v1alpha1", "Object")
CONFIG_MAP = ("v1", "ConfigMap")
DEFINITION: Json = {
    "apiVersion": "apiextensions.crossplane.io/v2",
    "kind": "CompositeResourceDefinition",
    "metadata": {"name": f"networks.{GROUP}"},
    "spec": {
        "scope": "Namespaced",
        "group": GROUP,
        "names": {"kind": "Network", "plural": "networks"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "referenceable": True,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}},
            }
        ],
    },
}
COMPOSITION: Json = {
    "apiVersion": "apiextensions.crossplane.io/v1",
    "kind": "Composition",
    "metadata": {"name": "networks"},
    "spec": {
        "mode": "Pipeline",
        "compositeTypeRef": {"apiVersion": f"{GROUP}/v1", "kind": "Network"},
        "pipeline": [{"step": "make", "functionRef": {"name": "function-patch-and-transform"}}],
    },
}


def provider_config(scene: Scene) -> Json:
    """Where the provider makes what it is asked for: in this cluster."""
    secret = {"namespace": scene.namespace, "name": "cluster", "key": "kubeconfig"}
    return {
        "apiVersion": OBJECT[0],
        "kind": "ProviderConfig",
        "metadata": {"name": "here"},
        "spec": {"credentials": {"source": "Secret", "secretRef": secret}},
    }


def asked_for(scene: Scene, colour: str) -> Json:
    """An Object that asks the provider for a ConfigMap."""
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "made", "namespace": scene.namespace},
        "data": {"colour": colour},
    }
    return {
        "apiVersion": OBJECT[0],
        "kind": OBJECT[1],
        "metadata": {"name": "box"},
        "spec": {
            "providerConfigRef": {"kind": "ProviderConfig", "name": "here"},
            "forProvider": {"manifest": manifest},
        },
    }


async def credentials(scene: Scene) -> None:
    """The kubeconfig that the provider uses."""
    await scene.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "cluster", "namespace": scene.namespace},
            "stringData": {"kubeconfig": scene.plane.kubeconfig.read_text()},
        }
    )


def well(item: Json) -> bool:
    return all(condition(item, kind).get("status") == "True" for kind in ("Synced", "Ready"))


def has(colour: str) -> Check:
    return lambda item: bool(item["data"] == {"colour": colour})


async def test_definition_composition_and_object_are_delivered_and_the_provider_makes_the_object_ready(
    scene: Scene,
) -> None:
    scene.discovery.forget()
    await credentials(scene)
    place: Any = {"namespace": scene.namespace}
    parts = [COMPOSITION, asked_for(scene, "red"), provider_config(scene), DEFINITION]
    artifact = scene.infrahub.add_artifact("Platform", write(parts))
    sync = await scene.sync("Platform", interval="1s", destination={"reconcileOnEvents": True})
    await scene.until_sync(sync)
    assert await scene.get(await scene.kind(DEFINITION["apiVersion"], DEFINITION["kind"]), f"networks.{GROUP}")
    assert await scene.get(await scene.kind(COMPOSITION["apiVersion"], COMPOSITION["kind"]), "networks")
    objects, configs = await scene.kind(*OBJECT), await scene.kind(*CONFIG_MAP)
    await scene.until(objects, "box", well, **place)
    await scene.until(configs, "made", has("red"), **place)

    scene.infrahub.change(artifact, write([COMPOSITION, asked_for(scene, "blue"), provider_config(scene), DEFINITION]))
    await scene.until(configs, "made", has("blue"), **place)

    await scene.delete(SYNCS, sync)
    await scene.until_gone(configs, "made", **place)
    await scene.until_gone(SYNCS, sync)
    # The provider believes that something is gone only half a minute after it made it.
    await scene.until_gone(objects, "box", **place)


async def test_what_the_provider_writes_into_an_object_costs_no_request(scene: Scene) -> None:
    scene.discovery.forget()
    await credentials(scene)
    mark = scene.plane.audit.mark()
    name = await scene.resource(
        write([provider_config(scene), asked_for(scene, "red")]), destination={"reconcileOnEvents": True}
    )
    await scene.until_resource(name)
    objects = await scene.kind(*OBJECT)
    found = await scene.until(objects, "box", well, namespace=scene.namespace)
    assert found["metadata"]["finalizers"]
    await scene.patch(
        objects, "box", {"spec": {"forProvider": {"manifest": {"data": {"colour": "blue"}}}}}, namespace=scene.namespace
    )
    await scene.until(
        objects,
        "box",
        lambda item: bool(item["spec"]["forProvider"]["manifest"]["data"]["colour"] == "red"),
        namespace=scene.namespace,
    )
    applied = [
        entry
        for entry in await scene.plane.audit.since(mark)
        # 409: the provider wrote between the look and the apply, which is what the version in it is for.
        if entry.resource == "objects" and "fieldManager=vidra" in entry.uri and entry.code != 409
    ]
    assert len(applied) == 2, applied


async def test_a_vidraresource_that_waits_is_ready_when_the_provider_says_so(scene: Scene) -> None:
    scene.discovery.forget()
    await credentials(scene)
    name = await scene.resource(write([provider_config(scene), asked_for(scene, "red")]), wait=True)
    resource = await scene.until_resource(name)
    assert resource["status"]["health"] == "Current"
    found = await scene.get(await scene.kind(*OBJECT), "box", namespace=scene.namespace)
    assert found is not None
    assert well(found)
