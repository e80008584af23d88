"""A place to watch Vidra work: a control plane, an Infrahub, a namespace; and waiting by watching."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import msgspec

from testkit.controlplane import ControlPlane
from testkit.eventually import eventually
from testkit.infrahub import StandIn
from testkit.patience import HANG
from vidra.api.conditions import ConditionType
from vidra.api.crds import crds
from vidra.api.names import (
    API_VERSION,
    INFRAHUB_LABEL,
    REQUESTED_AT,
    RESOURCE_PLURAL,
    SYNC_PLURAL,
    VIDRA_SYNC_KIND,
    VIDRA_SYNC_PLURAL,
)
from vidra.kube.client import APPLY_PATCH, MERGE_PATCH, Client, encode
from vidra.kube.connection import Connection
from vidra.kube.discovery import Discovery, Kind
from vidra.kube.errors import ApiError
from vidra.kube.watch import lines
from vidra.manager.options import DEFAULT_NAMESPACE

Json = dict[str, Any]
Check = Callable[[Json], bool]

SYNCS = Kind(API_VERSION, "InfrahubSync", SYNC_PLURAL, namespaced=False)
VIDRA_SYNCS = Kind(API_VERSION, VIDRA_SYNC_KIND, VIDRA_SYNC_PLURAL, namespaced=False)
RESOURCES = Kind(API_VERSION, "VidraResource", RESOURCE_PLURAL, namespaced=False)
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
NAMESPACES = Kind("v1", "Namespace", "namespaces", namespaced=False)
OWN = DEFAULT_NAMESPACE
"""Vidra's own namespace."""
SCENE_LABEL = "scene"
"""Label of what a scene puts there."""
PERSON = "a-person"
"""Field manager of what a scene applies: somebody, but not Vidra."""

_numbers = itertools.count(1)


class TooSlow(AssertionError):  # noqa: N818 - what it says
    """What was waited for did not happen; carries what was seen last."""


def connection_to(plane: ControlPlane) -> Connection:
    """The administrator's connection to a control plane."""
    return Connection(server=plane.server, ca=plane.ca.decode(), token=plane.token)


@asynccontextmanager
async def defined(plane: ControlPlane) -> AsyncIterator[ControlPlane]:
    """A control plane, with Vidra's definitions in it, while the context lasts."""
    async with plane, StandIn() as nobody:
        client = Client(connection_to(plane))
        await Scene(plane, client, nobody, "default").define()
        await client.close()
        yield plane


class Scene:
    """One Infrahub and one namespace for one story.

    Attributes:
        infrahub: The stand-in that syncs of this scene read from.
        namespace: Where objects go.
        client: An administrator's client, for looking and interfering.
    """

    def __init__(self, plane: ControlPlane, client: Client, infrahub: StandIn, namespace: str) -> None:
        self.plane = plane
        self.client = client
        self.infrahub = infrahub
        self.namespace = namespace
        self.discovery = Discovery(client)

    async def define(self) -> None:
        """Install Vidra's definitions, and wait until they are served."""
        for definition in crds():
            await self.apply(definition)
            path = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", False)
            await self.until(path, definition["metadata"]["name"], established)
        self.discovery.forget()

    async def credentials(self, **data: str) -> Json:
        """A Secret with credentials for the scene's Infrahub, found by its whole URL."""
        name = f"infrahub-{next(_numbers)}"
        values = data or {"username": self.infrahub.username, "password": self.infrahub.password}
        return await self.secret(name, {INFRAHUB_LABEL: "127.0.0.1"}, {INFRAHUB_LABEL: self.infrahub.url}, **values)

    async def secret(
        self, name: str, labels: Mapping[str, str], annotations: Mapping[str, str] | None = None, **data: str
    ) -> Json:
        """A Secret in Vidra's own namespace, where those count that it takes credentials from."""
        if await self.get(NAMESPACES, OWN) is None:
            await self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OWN}})
        metadata = {
            "name": name,
            "namespace": OWN,
            "labels": {**labels, SCENE_LABEL: self.namespace},
            "annotations": dict(annotations or {}),
        }
        return await self.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})

    async def forget_secrets(self, label: str = "") -> None:
        """Take away what `secret` made in this scene; with a label, those that have it."""
        selector = f"{SCENE_LABEL}={self.namespace}" + (f",{label}" if label else "")
        await self.client.send("DELETE", SECRETS.path(OWN), query={"labelSelector": selector})

    async def token_of(self, account: str) -> str:
        """A token of a ServiceAccount of the namespace, which is made if it is not there."""
        place = {"name": account, "namespace": self.namespace}
        await self.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": place})
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": 3600},
        }
        path = f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{account}/token"
        answer: Json = msgspec.json.decode(await self.client.send("POST", path, body=encode(request)))
        return str(answer["status"]["token"])

    async def sync(
        self, artifact: str, *, name: str = "", source: Json | None = None, destination: Json | None = None, **spec: Any
    ) -> str:
        """Create or change an InfrahubSync; gives its name."""
        name = name or f"{self.namespace}-{next(_numbers)}"
        await self.apply(
            {
                "apiVersion": API_VERSION,
                "kind": "InfrahubSync",
                "metadata": {"name": name},
                "spec": {
                    "source": {"infrahubAPIURL": self.infrahub.url, "artifactName": artifact, **(source or {})},
                    "destination": {"namespace": self.namespace, **(destination or {})},
                    **spec,
                },
            }
        )
        return name

    async def vidra_sync(self, *, name: str = "", destination: Json | None = None, source: Json, **spec: Any) -> str:
        """Create or change a VidraSync; gives its name."""
        name = name or f"{self.namespace}-{next(_numbers)}"
        await self.apply(
            {
                "apiVersion": API_VERSION,
                "kind": VIDRA_SYNC_KIND,
                "metadata": {"name": name},
                "spec": {"source": source, "destination": {"namespace": self.namespace, **(destination or {})}, **spec},
            }
        )
        return name

    async def resource(self, manifest: str, *, name: str = "", destination: Json | None = None, **spec: Any) -> str:
        """Create or change a VidraResource by hand; gives its name."""
        name = name or f"{self.namespace}-{next(_numbers)}"
        await self.apply(
            {
                "apiVersion": API_VERSION,
                "kind": "VidraResource",
                "metadata": {"name": name},
                "spec": {
                    "destination": {"namespace": self.namespace, **(destination or {})},
                    "manifest": manifest,
                    **spec,
                },
            }
        )
        return name

    async def resources_of(self, sync: str, kind: Kind = SYNCS) -> list[Json]:
        """The VidraResources that a sync made, by name."""
        listing: Json = await self.client.get(RESOURCES.path(), Json)
        mine = [item for item in listing["items"] if _made_by(item, sync, kind)]
        return sorted(mine, key=lambda item: str(item["metadata"]["name"]))

    async def until_count(self, sync: str, count: int) -> None:
        """Wait until a sync has so many VidraResources, those that are being deleted among them."""

        async def counted() -> bool:
            return len(await self.resources_of(sync)) == count

        await eventually(counted)

    async def apply(self, body: Mapping[str, Any], *, manager: str = PERSON, force: bool = True) -> Json:
        """Server-side apply of any object."""
        kind = await self._kind(body["apiVersion"], body["kind"])
        metadata = body["metadata"]
        answer = await self.client.send(
            "PATCH",
            kind.path(metadata.get("namespace", ""), metadata["name"]),
            query={"fieldManager": manager, "force": str(force).lower()},
            body=encode(body),
            content_type=APPLY_PATCH,
        )
        result: Json = msgspec.json.decode(answer)
        return result

    async def patch(self, kind: Kind, name: str, patch: Json, *, namespace: str = "") -> Json:
        """A person's merge patch, as kubectl edit makes it."""
        path = kind.path(namespace, name)
        answer = await self.client.send("PATCH", path, body=encode(patch), content_type=MERGE_PATCH)
        result: Json = msgspec.json.decode(answer)
        return result

    async def get(self, kind: Kind, name: str, *, namespace: str = "") -> Json | None:
        """An object, or None."""
        try:
            result: Json = await self.client.get(kind.path(namespace, name), Json)
        except ApiError as error:
            if error.not_found:
                return None
            raise
        return result

    async def delete(self, kind: Kind, name: str, *, namespace: str = "") -> None:
        """Ask for an object's end; it may take its time."""
        await self.client.send("DELETE", kind.path(namespace, name))

    async def until(self, kind: Kind, name: str, check: Check, *, namespace: str = "", seconds: float = HANG) -> Json:
        """Watch an object until it is as wanted.

        Raises:
            TooSlow: It was not, in time.
        """
        last: Json = {}
        query = {"watch": "true", "fieldSelector": f"metadata.name={name}"}
        try:
            async with asyncio.timeout(seconds), aclosing(self.watch_events(kind.path(namespace), query)) as events:
                async for event in events:
                    last = event["object"]
                    if event["type"] in {"ADDED", "MODIFIED"} and check(last):
                        return last
        except TimeoutError:
            pass
        raise TooSlow(
            f"{kind.kind} {name} after {seconds:g} s: {msgspec.json.encode(last).decode() if last else 'absent'}"
        )

    async def until_gone(self, kind: Kind, name: str, *, namespace: str = "", seconds: float = HANG) -> None:
        """Watch an object until it is no more.

        Raises:
            TooSlow: It still is.
        """
        path = kind.path(namespace)
        listing: Json = await self.client.get(path, Json, query={"fieldSelector": f"metadata.name={name}"})
        if not listing["items"]:
            return
        query = {
            "watch": "true",
            "fieldSelector": f"metadata.name={name}",
            "resourceVersion": listing["metadata"]["resourceVersion"],
        }
        try:
            async with asyncio.timeout(seconds), aclosing(self.watch_events(path, query)) as events:
                async for event in events:
                    if event["type"] == "DELETED":
                        return
        except TimeoutError:
            pass
        raise TooSlow(f"{kind.kind} {name} is still there after {seconds:g} s")

    async def until_sync(self, name: str, check: Check | None = None, *, seconds: float = HANG) -> Json:
        """Wait for a sync; without a check, until it is Ready."""
        return await self.until(SYNCS, name, check or is_ready, seconds=seconds)

    async def until_vidra_sync(self, name: str, check: Check | None = None) -> Json:
        """Wait for a VidraSync; without a check, until it is Ready."""
        return await self.until(VIDRA_SYNCS, name, check or is_ready)

    async def until_resource(self, name: str, check: Check | None = None, *, seconds: float = HANG) -> Json:
        """Wait for a VidraResource; without a check, until it is Ready."""
        return await self.until(RESOURCES, name, check or is_ready, seconds=seconds)

    async def request(self, name: str, value: str) -> Json:
        """Ask for a pass over a VidraResource now, with the annotation, and wait until it is done."""
        await self.patch(RESOURCES, name, {"metadata": {"annotations": {REQUESTED_AT: value}}})
        return await self.until_resource(
            name, lambda item: bool(item.get("status", {}).get("lastHandledRequestedAt") == value)
        )

    async def events_about(self, name: str) -> list[Json]:
        """The Events of a cluster-scoped object."""
        query = {"fieldSelector": f"involvedObject.name={name}"}
        listing: Json = await self.client.get("/api/v1/namespaces/default/events", Json, query=query)
        return list(listing["items"])

    async def until_event(self, name: str, reason: str, *, namespace: str = "default", seconds: float = HANG) -> Json:
        """Wait for an Event about an object; those about cluster-scoped ones are in `default`."""
        query = {"watch": "true", "fieldSelector": f"involvedObject.name={name},reason={reason}"}
        try:
            path = f"/api/v1/namespaces/{namespace}/events"
            async with asyncio.timeout(seconds), aclosing(self.watch_events(path, query)) as events:
                async for event in events:
                    found: Json = event["object"]
                    return found
        except TimeoutError:
            pass
        raise TooSlow(f"no Event {reason} about {name} after {seconds:g} s")

    async def watch_events(self, path: str, query: Mapping[str, str]) -> AsyncGenerator[Json, None]:
        """What a watch shows, until whoever looks has seen enough. A kind that is being prepared is waited for."""
        while True:
            try:
                async with self.client.stream(path, query=query, accept="application/json", silence=600) as content:
                    async for line in lines(content):
                        yield msgspec.json.decode(line)
                    return
            except ApiError as error:
                if error.code != 429:
                    raise
            await asyncio.sleep(0.1)

    async def kind(self, api_version: str, kind: str) -> Kind:
        """A kind as the cluster serves it."""
        return await self._kind(api_version, kind)

    async def _kind(self, api_version: str, kind: str) -> Kind:
        """As the API server tells of it: for a moment after a definition is established it may not yet."""
        found: Kind | None = None

        async def served() -> bool:
            nonlocal found
            found = await self.discovery.find(api_version, kind)
            if found is None:
                self.discovery.forget()
            return found is not None

        with suppress(TimeoutError):
            await eventually(served)
        assert found is not None, f"the cluster does not serve {api_version} {kind}"
        return found


def condition(item: Json, kind: str = ConditionType.READY) -> Json:
    """A condition of an object, empty if it has none of this type."""
    conditions = item.get("status", {}).get("conditions") or []
    return next((dict(entry) for entry in conditions if entry["type"] == kind), {})


def is_ready(item: Json) -> bool:
    """Whether Ready is True for the newest spec."""
    ready = condition(item)
    return ready.get("status") == "True" and ready.get("observedGeneration", 0) >= item["metadata"]["generation"]


def has_reason(reason: str) -> Check:
    """Whether Ready carries this reason, for the newest spec."""

    def check(item: Json) -> bool:
        ready = condition(item)
        return ready.get("reason") == reason and ready.get("observedGeneration", 0) >= item["metadata"]["generation"]

    return check


def established(definition: Json) -> bool:
    """Whether a CustomResourceDefinition is served."""
    return condition(definition, "Established").get("status") == "True"


def _made_by(item: Json, sync: str, kind: Kind) -> bool:
    owners = item["metadata"].get("ownerReferences", [])
    return any(owner["kind"] == kind.kind and owner["name"] == sync for owner in owners)
