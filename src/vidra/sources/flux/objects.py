"""The objects of Flux that syncs name: watched where there is an operator, and read once elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from vidra.api.conditions import Condition, ConditionType, find
from vidra.api.meta import Meta
from vidra.api.reasons import Reason
from vidra.api.sources import FluxKind, FluxSource
from vidra.kube.client import Client
from vidra.kube.detached_task import apart
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.watch import Watch
from vidra.sources.protocol import SourceError

API = "source.toolkit.fluxcd.io"
_PLURALS = {
    FluxKind.GIT_REPOSITORY: "gitrepositories",
    FluxKind.OCI_REPOSITORY: "ocirepositories",
    FluxKind.BUCKET: "buckets",
    FluxKind.EXTERNAL_ARTIFACT: "externalartifacts",
}


class Artifact(msgspec.Struct, frozen=True):
    """`status.artifact`: where the archive is, and what it has to be."""

    url: str
    revision: str
    digest: str


class _Spec(msgspec.Struct, frozen=True):
    suspend: bool = False


class _Status(msgspec.Struct, frozen=True):
    artifact: Artifact | None = None
    conditions: tuple[Condition, ...] = ()


class FluxObject(msgspec.Struct, frozen=True):
    """An object of Flux, as far as it is read."""

    metadata: Meta
    spec: _Spec = _Spec()
    status: _Status = _Status()

    @property
    def trouble(self) -> str:
        """Why it is not Ready, in its own words; empty when it is, or does not say."""
        ready = find(self.status.conditions, ConditionType.READY)
        return f"{ready.reason}: {ready.message}" if ready is not None and ready.status != "True" else ""


class Ref(msgspec.Struct, frozen=True):
    """Which object."""

    kind: FluxKind
    namespace: str
    name: str

    @property
    def collection(self) -> str:
        """Where an API server has those of its kind and namespace."""
        return f"/apis/{API}/v1/namespaces/{self.namespace}/{_PLURALS[self.kind]}"

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


def ref_of(spec: FluxSource) -> Ref:
    """The object that a spec names."""
    return Ref(spec.kind, spec.namespace, spec.name)


class _Watched:
    """The sink of the watch of one object."""

    def __init__(self, client: Client, ref: Ref, changed: Callable[[Ref], None]) -> None:
        self._ref = ref
        self._changed = changed
        self.current: FluxObject | None = None
        self.watch: Watch[FluxObject] = Watch(
            client, ref.collection, FluxObject, self, fields=f"metadata.name={ref.name}"
        )
        self._task = apart(self.watch.run(), f"watch {ref}")

    @property
    def known(self) -> bool:
        """Whether the state of the object is known now."""
        return self.watch.synced.is_set() and not self.watch.interrupted

    def close(self) -> None:
        self._task.cancel()

    def changed(self, item: FluxObject) -> None:
        self._take(item)

    def removed(self, _item: FluxObject) -> None:
        self._take(None)

    def found(self, item: FluxObject) -> None:
        self._take(item)

    def listed(self, uids: Collection[str], _version: int) -> None:
        if not uids:
            self._take(None)

    def _take(self, item: FluxObject | None) -> None:
        before, self.current = self.current, item
        if _essence(before) != _essence(item):
            self._changed(self._ref)


class FluxObjects:
    """Reads objects; those that were read are watched from then on, if anybody listens."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._watched: dict[Ref, _Watched] = {}
        self._changed: Callable[[Ref], None] | None = None

    def listen(self, changed: Callable[[Ref], None]) -> None:
        """Watch what is read from now on, and call this when it changes."""
        self._changed = changed

    async def get(self, ref: Ref) -> FluxObject:
        """An object as it is now: without a request when its watch knows it.

        Raises:
            SourceError: There is none, or it cannot be seen.
        """
        watched = self._watched.get(ref)
        if watched is None and self._changed is not None:
            self._watched[ref] = _Watched(self._client, ref, self._changed)
        current = watched.current if watched is not None and watched.known else await self._read(ref)
        if current is None:
            raise _missing(ref)
        return current

    def keep(self, wanted: Iterable[Ref]) -> None:
        """Watch nothing but these any more."""
        for ref in self._watched.keys() - set(wanted):
            self._watched.pop(ref).close()

    async def _read(self, ref: Ref) -> FluxObject | None:
        try:
            return await self._client.get(f"{ref.collection}/{ref.name}", FluxObject)
        except ApiError as error:
            if error.not_found:
                return None
            if error.code == 403:
                message = (
                    f"Vidra may not read {ref}: {error}. Grant get, list and watch on it (sources.flux in the chart)"
                )
                raise SourceError(Reason.FORBIDDEN, message) from None
            raise SourceError(Reason.SOURCE_ERROR, f"{ref} cannot be read: {error}") from None
        except KubeError as error:
            raise SourceError(Reason.SOURCE_UNREACHABLE, f"{ref} cannot be read: {error}") from None


def _essence(item: FluxObject | None) -> object:
    return item and (item.metadata.uid, item.status.artifact, item.spec, item.trouble)


def _missing(ref: Ref) -> SourceError:
    return SourceError(
        Reason.SOURCE_NOT_FOUND,
        f"there is no {ref} in {API}/v1: create it, or correct spec.source.flux; what is applied stays",
    )
