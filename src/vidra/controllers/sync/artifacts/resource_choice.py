"""Chooses the VidraResource of an artifact at a destination, when several name the same sync as owner: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vidra.api.resource import VidraResource
from vidra.controllers.runtime.context import place_of
from vidra.controllers.sync.artifacts.diff import artifact_of


def current_resource(group: Iterable[VidraResource], vouches: Callable[[VidraResource], bool]) -> list[VidraResource]:
    """One for each artifact and destination: the one that the sync gave the text to.

    Anybody can write owner references, so a foreign VidraResource must not replace the one that the sync created.

    Args:
        group: Those that name the sync as their owner.
        vouches: Whether the sync gave a VidraResource its text.
    """
    found: dict[tuple[str, str], VidraResource] = {}
    for item in group:
        key = (artifact_of(item), place_of(item))
        if key not in found or (vouches(item) and not vouches(found[key])):
            found[key] = item
    return list(found.values())
