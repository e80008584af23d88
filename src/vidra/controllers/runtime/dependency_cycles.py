"""Finds dependency cycles: syncs and VidraResources that would wait for each other for ever: pure."""

from __future__ import annotations

from vidra.api.dependencies import Dependency
from vidra.api.names import RESOURCE_KIND
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync, sync_key
from vidra.kube.store import Store


def dependency_cycle(start: Dependency, syncs: Store[Sync], resources: Store[VidraResource]) -> str:
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


def _wants(here: Dependency, syncs: Store[Sync], resources: Store[VidraResource]) -> list[Dependency]:
    """Its dependencies, as far as they are Vidra's own resources."""
    found = own_resource(here, syncs, resources)
    return [Dependency(item.name, kind=item.kind) for item in found.spec.depends_on if item.own] if found else []


def own_resource(
    wanted: Dependency, syncs: Store[Sync], resources: Store[VidraResource]
) -> Sync | VidraResource | None:
    """The sync or VidraResource that a dependency names, if there is one."""
    if wanted.kind == RESOURCE_KIND:
        return resources.get(wanted.name)
    return syncs.get(sync_key(wanted.kind, wanted.name))
