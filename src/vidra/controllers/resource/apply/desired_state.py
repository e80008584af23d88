"""From a manifest to the desired objects in a cluster, and the problems of those that cannot be applied."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import msgspec

from vidra.api.reasons import Reason
from vidra.api.resource import ObjectProblem, ResourceSpec
from vidra.apply.desired.digest import Digests
from vidra.apply.desired.object import DesiredObject, Key, build_desired_object
from vidra.apply.desired.order import wave_of
from vidra.apply.errors import ObjectError
from vidra.apply.field_owner import Owner
from vidra.apply.pruner import PROTECTED
from vidra.clusters.cluster import Cluster
from vidra.common.nearest import did_you_mean
from vidra.controllers.resource.cluster import guard_of
from vidra.kube.discovery import StaleDiscoveryError
from vidra.manifests import ManifestObject, Problem, ProblemReason, Reading, Ref

BREATH = 200
"""After so many objects, other tasks get a turn on the event loop."""
DEFAULT_NAMESPACE = "default"
"""The namespace of objects without one when the destination names none, as in kubectl."""

_TOO_LARGE = frozenset({ProblemReason.TOO_LARGE, ProblemReason.TOO_MANY_OBJECTS, ProblemReason.TOO_MANY_NODES})


class Missing(msgspec.Struct, frozen=True):
    """An object of the manifest that cannot be applied."""

    problem: ObjectProblem
    wave: int
    """Later waves wait for it. If its own wave cannot be read, it counts as the manifest's first wave, or wave 0."""


class DesiredState(msgspec.Struct, frozen=True):
    """What a manifest asks for in one cluster."""

    objects: dict[Key, DesiredObject]
    missing: tuple[Missing, ...]
    """While there is any, nothing is pruned: an unreadable object may be one that is in the cluster."""
    manifest: Collection[DesiredObject] = ()
    """In the order of the manifest; includes refused objects, which are also in `missing`."""

    @property
    def problems(self) -> tuple[ObjectProblem, ...]:
        """Why the missing objects cannot be applied."""
        return tuple(item.problem for item in self.missing)

    @property
    def total(self) -> int:
        """Number of objects in the manifest, including the missing ones."""
        return len(self.objects) + len(self.missing)


async def build_desired_state(
    reading: Reading, spec: ResourceSpec, cluster: Cluster, owner: Owner, digests: Digests
) -> DesiredState:
    """Give every object its kind, its namespace and its owner's marks.

    Raises:
        UnreachableError: The cluster cannot be asked for its kinds.
        ApiError: The cluster refuses to list its kinds.
    """
    found: dict[Key, DesiredObject] = {}
    missing: list[tuple[ObjectProblem, int | None]] = [(_unreadable(problem), None) for problem in reading.problems]
    for number, item in enumerate((*_namespace(reading, spec), *reading.objects)):
        try:
            result = await _resolved(item, spec, cluster, owner, digests)
            found[result.key] = result
        except ObjectError as error:
            missing.append((ObjectProblem(error.reason, str(error), str(item.ref)), _wave(item)))
        if number % BREATH == BREATH - 1:
            await asyncio.sleep(0)
    waves = [*(item.wave for item in found.values()), *(wave for _, wave in missing if wave is not None)]
    first = min([0, *waves])
    left_out = tuple(Missing(problem, first if wave is None else wave) for problem, wave in missing)
    return DesiredState(found, left_out, found.values())


async def _resolved(
    item: ManifestObject, spec: ResourceSpec, cluster: Cluster, owner: Owner, digests: Digests
) -> DesiredObject:
    """The object with its kind and namespace as this cluster knows them.

    Raises:
        ObjectError: The cluster does not serve its kind, or a sync may not own such an object.
    """
    try:
        kind = await cluster.discovery.find(item.ref.api_version, item.ref.kind)
    except StaleDiscoveryError as error:
        raise ObjectError(Reason.KIND_UNKNOWN, f"{item.ref}: {error}") from None
    if kind is None:
        raise ObjectError(Reason.KIND_UNKNOWN, f"{item.ref}: {_unserved(item.ref, cluster)}")
    namespace = spec.destination.namespace or DEFAULT_NAMESPACE
    try:
        result = build_desired_object(
            *(item, kind, cluster.server, namespace, owner), digests=digests, ignore=spec.ignore_differences
        )
    except ValueError as error:
        raise ObjectError(Reason.INVALID_MANIFEST, f"{item.ref}: {error}") from None
    if why := guard_of(cluster).refusal(result):
        raise ObjectError(Reason.PROTECTED, f"{result.ref} is refused: {why}")
    return result


def _wave(item: ManifestObject) -> int | None:
    """The wave of an object that cannot be applied; None when the wave cannot be read either."""
    try:
        return wave_of((item.body.get("metadata") or {}).get("annotations") or {})
    except (ValueError, AttributeError):
        return None


def _unserved(ref: Ref, cluster: Cluster) -> str:
    """Explains a kind that is not served: it may still be installed, or only its version is wrong. Remedies differ."""
    served = cluster.discovery.elsewhere(ref.api_version, ref.kind)
    if not served:
        served_there = (kind.kind for kind in cluster.discovery.of_version(ref.api_version))
        return f"the cluster does not serve this kind (yet){did_you_mean(ref.kind, served_there)}"
    named = ", ".join(served[:3])
    return f"the cluster does not serve this kind in this version, but as {named}: correct apiVersion"


def _namespace(reading: Reading, spec: ResourceSpec) -> tuple[ManifestObject, ...]:
    """The destination's namespace, if Vidra has to create it and the manifest does not contain it."""
    name = spec.destination.namespace or DEFAULT_NAMESPACE
    if not spec.destination.create_namespace or name in PROTECTED:
        return ()
    if any(item.ref.kind == "Namespace" and item.ref.name == name for item in reading.objects):
        return ()
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    return (ManifestObject(Ref("v1", "Namespace", "", name), body, 0),)


def _unreadable(problem: Problem) -> ObjectProblem:
    where = f"document {problem.document}" if problem.document else "the manifest"
    place = f"{where}, line {problem.line}" if problem.line else where
    reason = Reason.TOO_LARGE if problem.reason in _TOO_LARGE else Reason.INVALID_MANIFEST
    return ObjectProblem(reason, f"{place}: {problem.message}", where)
