"""Decides which units go to which clusters: pure.

Invariant: a unit that is for no cluster stays where it is. Whether its target was renamed, or a label removed by
mistake, cannot be seen, and neither is a wish to delete anything. It leaves a cluster when another is for its target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from vidra.api.names import TARGET_LABEL
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import Routing, Sync
from vidra.common.text import limited
from vidra.controllers.runtime.context import place_of
from vidra.controllers.sync.artifacts.diff import SyncProblem, artifact_of
from vidra.controllers.sync.destinations.targets import Targets
from vidra.sources.protocol import Unit

NAMED = 5
"""Targets or clusters that a message names."""


class Routes(msgspec.Struct, frozen=True):
    """The clusters of each unit."""

    places: tuple[str, ...] = ("",)
    """Those of a unit that is not listed below: all."""
    by_unit: Mapping[str, tuple[str, ...]] | None = None
    """None: each unit goes everywhere. Empty for a unit that is for no cluster."""
    troubles: tuple[SyncProblem, ...] = ()
    remarks: tuple[str, ...] = ()
    """Clusters that are for something that no unit is for."""

    def of(self, unit: str) -> tuple[str, ...]:
        """The clusters that a unit goes to."""
        return self.places if self.by_unit is None else self.by_unit.get(unit, ())

    def limits(self, unit: str) -> tuple[str, ...] | None:
        """The only clusters that a unit may come to; None: any."""
        return None if self.by_unit is None else self.by_unit.get(unit, ())

    def leaves(self, resource: VidraResource) -> bool:
        """Whether its unit is for other clusters than the one that it is in."""
        return bool(self.instead(resource))

    def instead(self, resource: VidraResource) -> tuple[str, ...]:
        """The clusters that its unit goes to, unless its own is one of them."""
        there = self.limits(artifact_of(resource)) or ()
        return () if place_of(resource) in there else there

    @property
    def idle(self) -> frozenset[str]:
        """Clusters that no unit goes to."""
        if self.by_unit is None:
            return frozenset()
        return frozenset(self.places).difference(*self.by_unit.values())


def route(sync: Sync, targets: Targets, units: Sequence[Unit]) -> Routes:
    """The clusters of each unit: all, or with `ByTarget` those whose Secrets name what the unit is for."""
    if sync.spec.destination.routing is not Routing.BY_TARGET:
        return Routes(targets.places)
    by_name: dict[str, list[str]] = {}
    for target in targets.there:
        for name in target.serves:
            by_name.setdefault(name, []).append(target.place)
    by_unit = {unit.id: _places(unit, by_name) for unit in units}
    unit = sync.source.words.unit
    return Routes(
        targets.places,
        by_unit,
        tuple(_troubles([item for item in units if not by_unit[item.id]], unit)),
        tuple(_remarks(targets, units)),
    )


def _places(unit: Unit, by_name: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place for name in unit.target for place in by_name.get(name, ())))


def _troubles(nowhere: Sequence[Unit], unit: str) -> Iterable[SyncProblem]:
    if names := sorted({item.target[0] for item in nowhere if item.target}):
        yield SyncProblem(
            Reason.NO_CLUSTER_FOR_TARGET,
            f"no selected cluster is for {limited(names, NAMED)}: label or annotate its Secret with {TARGET_LABEL}, or "
            "leave it out by spec.source.targets; what was applied for it stays",
        )
    if ids := sorted(item.id for item in nowhere if not item.target):
        yield SyncProblem(
            Reason.NO_CLUSTER_FOR_TARGET,
            f"the source does not say what {unit} {limited(ids, NAMED)} is for, so it goes to no cluster: only "
            "artifacts of Infrahub can be routed by target",
        )


def _remarks(targets: Targets, units: Iterable[Unit]) -> Iterable[str]:
    known = {name for unit in units for name in unit.target}
    for target in targets.there:
        if unknown := sorted(target.serves - known):
            yield f"the cluster of Secret {target.name} is for {limited(unknown, NAMED)}, which no artifact is for"
