"""Finds the values of charts and variables of kustomizations: each has a marker, and is read only to render.

Who may edit a sync must not read Secrets through it: ConfigMaps count in Vidra's own namespace alone, Secrets where
credentials count, and both only with the label by which their owner says that they are values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from vidra.api.names import VALUES_LABEL
from vidra.api.reasons import Reason
from vidra.api.sources import SourceSpec
from vidra.api.sources.values import ConfigMapKey, SecretKey, ValuesArtifact, ValuesFrom
from vidra.common.text import limited
from vidra.kube.store import Store
from vidra.kube.types import ConfigMap, Secret
from vidra.render.request import Values
from vidra.sources.kinds import Sources
from vidra.sources.protocol import Listing, Remark, SourceError, Unit

_NAMED = 5


class Found(msgspec.Struct, frozen=True):
    """Values from one place."""

    name: str
    """For messages."""
    marker: str
    """Another one when they change."""
    load: Callable[[], Awaitable[bytes]]
    """Reads them: YAML."""
    secret: bool = False

    async def values(self) -> Values:
        """As the renderer takes them.

        Raises:
            SourceError: They cannot be read.
        """
        return Values(name=self.name, text=await self.load(), secret=self.secret)


class ValuesFinder:
    """Looks for values.

    Args:
        objects: The ConfigMaps and Secrets that count, by `kind_and_name`.
        namespace: Vidra's own.
    """

    def __init__(self, objects: Store[ConfigMap | Secret], namespace: str, sources: Sources) -> None:
        self._objects = objects
        self._namespace = namespace
        self._sources = sources

    async def find(self, places: Iterable[ValuesFrom], remark: Remark) -> tuple[Found, ...]:
        """What there is now at all of these places, in their order.

        Raises:
            SourceError: Something is missing, or cannot be seen.
        """
        return tuple([await self._find(place, remark) for place in places])

    async def _find(self, place: ValuesFrom, remark: Remark) -> Found:
        chosen = place.chosen()
        if isinstance(chosen, ConfigMapKey):
            return self._of_object("ConfigMap", self._namespace, chosen)
        if isinstance(chosen, SecretKey):
            return self._of_object("Secret", chosen.namespace or self._namespace, chosen)
        if chosen is not None:
            return await self._of_infrahub(chosen, remark)
        raise SourceError(Reason.INVALID_SPEC, "values come from exactly one of configMap, secret and infrahub")

    def _of_object(self, kind: str, namespace: str, wanted: ConfigMapKey | SecretKey) -> Found:
        item = self._objects.get(f"{kind}/{wanted.name}", namespace)
        what = f"the {kind} {namespace}/{wanted.name}"
        if item is None:
            where = "in Vidra's own namespace" if kind == "ConfigMap" else "in a namespace whose Secrets count"
            message = f"values come from {what}: create it {where}, with the label {VALUES_LABEL}"
            raise SourceError(Reason.VALUES_NOT_FOUND, message)
        if wanted.key not in item.data:
            there = limited(sorted(item.data), _NAMED) or "none"
            raise SourceError(Reason.VALUES_NOT_FOUND, f"{what} has no key {wanted.key}; it has {there}")
        try:
            text = item.value(wanted.key) if isinstance(item, Secret) else item.data[wanted.key].encode()
        except ValueError as error:
            raise SourceError(Reason.VALUES_NOT_FOUND, f"{what} cannot be read: {error}") from None

        async def load() -> bytes:
            return text

        name = f"{what}, key {wanted.key}"
        return Found(name, hashlib.sha256(text).hexdigest(), load, secret=kind == "Secret")

    async def _of_infrahub(self, wanted: ValuesArtifact, remark: Remark) -> Found:
        what = f'the artifact "{wanted.artifact}" on the branch "{wanted.target_branch}"'
        try:
            source = await self._sources.open(SourceSpec(infrahub=wanted.infrahub), remark)
            unit = _the_artifact(await source.list(), wanted, what)
        except SourceError as error:
            raise _about(error) from None

        async def load() -> bytes:
            try:
                text = await source.fetch(unit)
            except SourceError as error:
                raise _about(error) from None
            assert isinstance(text, bytes), "an artifact is a text"
            return text

        return Found(f"{what} of {wanted.address}", f"{unit.id}:{unit.marker}", load)


def takes_from(place: ValuesFrom, item: ConfigMap | Secret, own: str) -> bool:
    """Whether values come from this object.

    Args:
        own: Vidra's own namespace.
    """
    meta = item.metadata
    if isinstance(item, ConfigMap):
        return place.config_map is not None and (place.config_map.name, own) == (meta.name, meta.namespace)
    wanted = place.secret
    return wanted is not None and (wanted.name, wanted.namespace or own) == (meta.name, meta.namespace)


def _the_artifact(listing: Listing, wanted: ValuesArtifact, what: str) -> Unit:
    """The only artifact of a name, or the one with the id.

    Raises:
        SourceError: There is none, or another one may be meant.
    """
    found = [unit for unit in listing.units if wanted.artifact_id in {None, unit.id}]
    if listing.missing and len(found) != 1:
        raise SourceError(Reason.PARTIAL_RESULT, f"Infrahub's list of artifacts is incomplete ({listing.missing})")
    if not found:
        raise SourceError(Reason.VALUES_NOT_FOUND, f"Infrahub has not got {what}{listing.hint}")
    if len(found) > 1:
        ids = limited([unit.id for unit in found], _NAMED)
        message = f"Infrahub has {len(found)} artifacts as {what}: name one by artifactID ({ids})"
        raise SourceError(Reason.VALUES_NOT_FOUND, message)
    if found[0].marker is None:
        raise SourceError(Reason.NOT_GENERATED, f"{what} has not been generated yet: generate it in Infrahub")
    return found[0]


def _about(error: SourceError) -> SourceError:
    return SourceError(error.reason, f"values: {error}", retry_after=error.retry_after)
