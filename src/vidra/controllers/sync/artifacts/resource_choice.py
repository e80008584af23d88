"""Which VidraResource stands for an artifact at a place, when several say that a sync made them: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vidra.api.resource import VidraResource
from vidra.controllers.sync.artifacts.diff import artifact_of, place_of


def current_resource(group: Iterable[VidraResource], vouches: Callable[[VidraResource], bool]) -> list[VidraResource]:
    """One for each artifact and place: the one that the sync gave the text to.

    Owner references can be written by hand, so that a stranger must not come in the place of what the sync made.

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
