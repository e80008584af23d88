"""A kind in two API versions, each served or not; the newer has a default that the older does not know."""

from __future__ import annotations

from testkit.environment import Json, Scene
from testkit.eventually import eventually
from vidra.kube.client import MERGE_PATCH, encode

OLD, NEW = "v1alpha1", "v1"
BOTH = (OLD, NEW)


class TwoVersions:
    """The kind Gadget of a group that is the scene's alone. NEW is stored.

    An object that has the default cannot be converted to OLD: any write of it through NEW, by anybody, costs it all of
    its managedFields when one entry there is of OLD.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.group = f"{scene.namespace}.example.com"
        self.name = f"gadgets.{self.group}"

    async def serve(self, *versions: str, defined: tuple[str, ...] = BOTH) -> None:
        """Serve these versions and no others; returns when the API server says so."""
        names = {"kind": "Gadget", "listKind": "GadgetList", "plural": "gadgets", "singular": "gadget"}
        listed = [
            {"name": name, "served": name in versions, "storage": name == NEW, "schema": _schema(name)}
            for name in defined
        ]
        await self.scene.apply(
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": self.name},
                "spec": {"group": self.group, "scope": "Namespaced", "names": names, "versions": listed},
            }
        )
        await eventually(lambda: self._shows(frozenset(versions)))

    async def _shows(self, versions: frozenset[str]) -> bool:
        self.scene.discovery.forget()
        found = await self.scene.discovery.named(self.name)
        return {item.api_version.rpartition("/")[2] for item in found} == versions

    def body(self, name: str, version: str, **spec: str) -> Json:
        """An object as in a manifest."""
        return {
            "apiVersion": f"{self.group}/{version}",
            "kind": "Gadget",
            "metadata": {"name": name},
            "spec": {"value": "x", **spec},
        }

    async def one(self, name: str) -> Json | None:
        """An object as it is, in the newer version."""
        kind = await self.scene.kind(f"{self.group}/{NEW}", "Gadget")
        return await self.scene.get(kind, name, namespace=self.scene.namespace)

    async def write(self, name: str, metadata: Json) -> None:
        """Somebody changes the metadata of an object, through the newer version."""
        kind = await self.scene.kind(f"{self.group}/{NEW}", "Gadget")
        path = kind.path(self.scene.namespace, name)
        await self.scene.client.send("PATCH", path, body=encode({"metadata": metadata}), content_type=MERGE_PATCH)


def _schema(version: str) -> Json:
    spec: Json = {"value": {"type": "string"}, "extra": {"type": "string"}}
    if version == NEW:
        spec["mode"] = {"type": "string", "default": "auto"}
    return {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "properties": spec}}}}
