"""Puts into a cluster what the first Vidra would have left there, the way it wrote it: by creations and updates."""

from __future__ import annotations

from collections.abc import Callable
from string import Template

import msgspec

from testkit.environment import Json, Scene
from vidra.api.names import FIRST_OWNED_BY, GROUP
from vidra.kube.client import encode
from vidra.kube.discovery import Kind

MANAGER = "manager"
"""Field manager of the first Vidra: the name of its program."""

Edit = Callable[[Json], Json | None]
"""Changes a document before it is written; None leaves it out."""


class FirstVidra:
    """The first Vidra's hand in one scene.

    Attributes:
        words: What stands for the dollar words of a text; the UID of everything written is added as `<word>_uid`.
        written: Everything that was written, as it is in the cluster, by kind and name.
    """

    def __init__(self, scene: Scene, **words: str) -> None:
        self.scene = scene
        self.words = words
        self.written: dict[tuple[str, str], Json] = {}

    async def leave(self, text: str, edit: Edit = lambda document: document, *, once: bool = False) -> None:
        """Write the documents of a YAML stream one after the other.

        Args:
            once: Create objects as they are, and do not update them.
        """
        for part in text.split("\n---\n"):
            document = edit(msgspec.yaml.decode(Template(part).substitute(self.words)))
            if document is not None:
                await self._write(document, once=once)

    async def _write(self, document: Json, *, once: bool) -> None:
        kind = await self.scene.kind(document["apiVersion"], document["kind"])
        owned = str(document["apiVersion"]).startswith(f"{GROUP}/")
        live = await self._send("POST", kind.path(self._namespace(document)), document if once else _unmarked(document))
        path = kind.path(self._namespace(document), document["metadata"]["name"])
        if owned:
            live = await self._send("PUT", f"{path}/status", {**live, "status": document["status"]})
        elif not once:
            live = await self._send("PUT", path, document)
        self.written[document["kind"], document["metadata"]["name"]] = live
        for word, value in list(self.words.items()):
            if value == document["metadata"]["name"] and owned:
                self.words[f"{word}_uid"] = live["metadata"]["uid"]

    async def _send(self, method: str, path: str, document: Json) -> Json:
        answer = await self.scene.client.send(
            method, path, query={"fieldManager": MANAGER}, body=encode(document), repeatable=False
        )
        result: Json = msgspec.json.decode(answer)
        return result

    @staticmethod
    def _namespace(document: Json) -> str:
        return str(document["metadata"].get("namespace", ""))

    async def now(self, kind: str, name: str) -> Json | None:
        """Something that was written, as it is now."""
        before = self.written[kind, name]
        served = await self._kind(before)
        return await self.scene.get(served, name, namespace=self._namespace(before))

    async def _kind(self, document: Json) -> Kind:
        return await self.scene.kind(document["apiVersion"], document["kind"])


def _unmarked(document: Json) -> Json:
    """The object before its owners were noted, and without a status."""
    annotations = document["metadata"].get("annotations", {})
    kept = {key: value for key, value in annotations.items() if key != FIRST_OWNED_BY}
    body = {key: value for key, value in document.items() if key != "status"}
    return {**body, "metadata": {**document["metadata"], "annotations": kept}}
