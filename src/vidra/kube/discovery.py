"""Which kinds a cluster serves, and under which paths."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import quote

import msgspec

from vidra.kube.client import Client
from vidra.kube.errors import ApiError, Status

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
CAPABLE_FOR = 600.0
"""Seconds for which what a cluster is capable of counts as known: nothing tells when its version changes."""
FRESH_FOR = 2.0
"""Seconds for which an unknown kind counts as unknown; many objects of one new kind cause one request."""


class Kind(msgspec.Struct, frozen=True, gc=False):
    """A kind as one cluster serves it."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool
    watchable: bool = True
    short_names: tuple[str, ...] = ()
    """What people type instead of the kind: deploy, cm."""
    has_status: bool = False
    """Its status is a subresource: a controller writes it, and it is empty until then."""
    scalable: bool = False
    """It has the subresource `scale`, so that an autoscaler may set `spec.replicas`."""

    @property
    def root(self) -> str:
        """Path of the group and version."""
        return f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """Path of an object, of all of them in a namespace, or of all of them anywhere; escaped."""
        parts = [self.root]
        if self.namespaced and namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        # RBAC names may hold colons, and system:* ones do.
        parts += [part for part in (quote(name, safe=":"), subresource) if part]
        return "/".join(parts)


class _ResponseKind(msgspec.Struct, frozen=True):
    kind: str = ""


class _Subresource(msgspec.Struct, frozen=True):
    subresource: str = ""


class _Resource(msgspec.Struct, frozen=True, rename="camel"):
    resource: str
    scope: str
    verbs: tuple[str, ...] = ()
    short_names: tuple[str, ...] = ()
    response_kind: _ResponseKind | None = None
    subresources: tuple[_Subresource, ...] = ()


class _Version(msgspec.Struct, frozen=True):
    version: str
    resources: tuple[_Resource, ...] = ()
    freshness: str = ""


class _GroupMeta(msgspec.Struct, frozen=True):
    name: str = ""


class _Group(msgspec.Struct, frozen=True):
    metadata: _GroupMeta = _GroupMeta()
    versions: tuple[_Version, ...] = ()


class _Groups(msgspec.Struct, frozen=True):
    kind: str = ""
    items: tuple[_Group, ...] = ()


class Capabilities(msgspec.Struct, frozen=True):
    """What a cluster says of itself, as charts ask it."""

    version: str
    """`v1.34.1`."""
    apis: tuple[str, ...]
    """`apps/v1` and `apps/v1/Deployment`, sorted."""


class _ServerVersion(msgspec.Struct, frozen=True, rename="camel"):
    git_version: str = ""


class StaleDiscoveryError(Exception):
    """The server knows the group, but its aggregated API does not answer: whether the kind exists is not known."""


class Discovery:
    """The kinds of one cluster, read once, and again when one is missing."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._stale: frozenset[str] = frozenset()
        self._apis: tuple[str, ...] = ()
        self._version = ""
        self._asked_at = -FRESH_FOR
        self._lock = asyncio.Lock()

    async def find(self, api_version: str, kind: str) -> Kind | None:
        """The kind, or None when the cluster does not serve it.

        Raises:
            UnreachableError: The server does not answer.
            ApiError: The server refuses.
            StaleDiscoveryError: An aggregated API that serves the group is unavailable.
        """
        wanted = (api_version, kind)
        if wanted not in self._kinds:
            async with self._lock:
                if wanted not in self._kinds and time.monotonic() - self._asked_at >= FRESH_FOR:
                    await self._ask()
        if wanted not in self._kinds and api_version in self._stale:
            raise StaleDiscoveryError(f"the API service of {api_version} does not answer now")
        return self._kinds.get(wanted)

    async def serving(self, api_version: str, kind: str) -> Kind | None:
        """The kind under this version or any other, which show the same objects. None when no version is served.

        Raises:
            UnreachableError: The server does not answer.
            ApiError: The server refuses.
            StaleDiscoveryError: An aggregated API that may serve the group is unavailable.
        """
        try:
            found = await self.find(api_version, kind)
        except StaleDiscoveryError:
            if (other := self._other(api_version, kind)) is None:
                raise
            return other
        found = found or self._other(api_version, kind)
        group = api_version.rpartition("/")[0]
        stale = [name for name in self._stale if name.rpartition("/")[0] == group]
        if found is None and stale:
            raise StaleDiscoveryError(f"the API service of {stale[0]} does not answer now")
        return found

    async def everything(self) -> tuple[Kind, ...]:
        """Every kind that the cluster serves, read recently.

        Raises:
            UnreachableError: The server does not answer.
            ApiError: The server refuses.
            StaleDiscoveryError: An aggregated API is unavailable, so some kinds may be missing.
        """
        async with self._lock:
            if not self._kinds or time.monotonic() - self._asked_at >= FRESH_FOR:
                await self._ask()
        if self._stale:
            raise StaleDiscoveryError(f"the API service of {', '.join(sorted(self._stale))} does not answer now")
        return tuple(self._kinds.values())

    async def capabilities(self) -> Capabilities:
        """What the cluster serves, with the kinds that Vidra cannot apply; read again after a while.

        Raises:
            UnreachableError: The server does not answer.
            ApiError: The server refuses.
            StaleDiscoveryError: An aggregated API is unavailable, so some APIs may be missing.
        """
        async with self._lock:
            if not self._version or not self._kinds or time.monotonic() - self._asked_at >= CAPABLE_FOR:
                found, _ = await asyncio.gather(self._client.get("/version", _ServerVersion), self._ask())
                self._version = found.git_version
        if self._stale:
            raise StaleDiscoveryError(f"the API service of {', '.join(sorted(self._stale))} does not answer now")
        return Capabilities(self._version, self._apis)

    async def named(self, word: str) -> tuple[Kind, ...]:
        """The kinds that a word may mean: `Deployment`, `deploy`, `deployments.apps`; preferred versions first.

        Unavailable aggregated APIs are skipped.

        Raises:
            UnreachableError: The server does not answer.
            ApiError: The server refuses.
        """
        async with self._lock:
            if not self._kinds:
                await self._ask()
        name, _, group = word.lower().partition(".")
        return tuple(
            kind
            for kind in self._kinds.values()
            if name in {kind.kind.lower(), kind.plural, *kind.short_names}
            and (not group or kind.api_version.rpartition("/")[0] == group)
        )

    def known(self, api_version: str, kind: str) -> Kind | None:
        """The kind if the last answer contained it; sends no request."""
        return self._kinds.get((api_version, kind))

    def elsewhere(self, api_version: str, kind: str) -> tuple[str, ...]:
        """The apiVersions of this kind that the last answer contained besides this one, those of its group first.

        Sends no request.
        """
        group = api_version.rpartition("/")[0]
        found = [name for name, each in self._kinds if each == kind and name != api_version]
        return tuple(sorted(found, key=lambda name: name.rpartition("/")[0] != group))

    def of_version(self, api_version: str) -> tuple[Kind, ...]:
        """The kinds that the last answer contained under an apiVersion; sends no request."""
        return tuple(kind for (version, _), kind in self._kinds.items() if version == api_version)

    def known_as(self, api_version: str, kind: str) -> Kind | None:
        """Like `known`, under any version."""
        return self.known(api_version, kind) or self._other(api_version, kind)

    def _other(self, api_version: str, kind: str) -> Kind | None:
        group = api_version.rpartition("/")[0]
        found = (item for (version, name), item in self._kinds.items() if name == kind)
        return next((item for item in found if item.api_version.rpartition("/")[0] == group), None)

    def forget(self) -> None:
        """Read again at the next call: a CRD was created, deleted or changed."""
        self._kinds = {}
        self._asked_at = -FRESH_FOR

    async def _ask(self) -> None:
        """Read everything in two requests (KEP-3352, aggregated discovery; on by default since v1.27)."""
        core, groups = await asyncio.gather(
            self._client.get("/api", _Groups, accept=AGGREGATED),
            self._client.get("/apis", _Groups, accept=AGGREGATED),
        )
        if "Discovery" not in groups.kind:
            raise ApiError(406, _too_old())
        kinds: dict[tuple[str, str], Kind] = {}
        stale: set[str] = set()
        apis: set[str] = set()
        for group in (*core.items, *groups.items):
            for version in group.versions:
                name = f"{group.metadata.name}/{version.version}" if group.metadata.name else version.version
                if version.freshness == "Stale":
                    stale.add(name)
                kinds.update({(name, kind.kind): kind for kind in _kinds(name, version)})
                apis.update(_served(name, version))
        self._kinds, self._stale, self._asked_at = kinds, frozenset(stale), time.monotonic()
        self._apis = tuple(sorted(apis))


def _served(api_version: str, version: _Version) -> list[str]:
    """The version and all its kinds, as a chart names them."""
    named = [kind.kind for resource in version.resources if (kind := resource.response_kind)]
    return [api_version, *(f"{api_version}/{kind}" for kind in named)]


def _kinds(api_version: str, version: _Version) -> list[Kind]:
    return [
        Kind(
            api_version,
            resource.response_kind.kind,
            resource.resource,
            namespaced=resource.scope == "Namespaced",
            watchable="watch" in resource.verbs,
            short_names=resource.short_names,
            has_status=any(each.subresource == "status" for each in resource.subresources),
            scalable=any(part.subresource == "scale" for part in resource.subresources),
        )
        for resource in version.resources
        if resource.response_kind and "patch" in resource.verbs
    ]


def _too_old() -> Status:
    return Status(message="the API server has no aggregated discovery: Vidra needs Kubernetes v1.27 or newer")
