"""Finds dependency cycles: syncs and VidraResources that would wait for each other for ever: pure."""

from __future__ import annotations

from vidra.api.dependencies import Dependency
from vidra.api.names import SYNC_KIND
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.kube.store import Store


def dependency_cycle(start: Dependency, syncs: Store[InfrahubSync], resources: Store[VidraResource]) -> str:
    """The message about a cycle through a resource; empty when there is none."""
    done: set[Dependency] = set()

    def way(here: Dependency, path: tuple[Dependency, ...]) -> tuple[Dependency, ...]:
        for following in _wants(here, syncs, resources):
            if following == start:
                return (*path, here, start)
            if following not in done:
                done.add(following)
                if found := way(following, (*path, here)):
                    return found
        return ()

    found = " → ".join(str(item) for item in way(start, ()))
    return f"these wait for each other: {found}. Take one dependsOn out" if found else ""


def _wants(here: Dependency, syncs: Store[InfrahubSync], resources: Store[VidraResource]) -> list[Dependency]:
    """Its dependencies, as far as they are Vidra's own resources."""
    found = (syncs if here.kind == SYNC_KIND else resources).get(here.name)
    return [Dependency(item.name, kind=item.kind) for item in found.spec.depends_on if item.own] if found else []
