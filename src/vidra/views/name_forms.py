"""How a person writes names: NAME, isync/NAME, or a kind and then names. Pure, and quick to import."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from vidra.api.names import GROUP, RESOURCE_KIND, SYNC_KIND, VIDRA_SYNC_KIND
from vidra.views.errors import BadNameError

KINDS = {
    **dict.fromkeys(("isync", "isyncs", "sync", "syncs", "infrahubsync", "infrahubsyncs"), SYNC_KIND),
    **dict.fromkeys(("vsync", "vsyncs", "vidrasync", "vidrasyncs"), VIDRA_SYNC_KIND),
    **dict.fromkeys(("vres", "resource", "resources", "vidraresource", "vidraresources"), RESOURCE_KIND),
}
"""What people call the kinds."""
SHORT_KINDS = {SYNC_KIND: "isync", VIDRA_SYNC_KIND: "vsync", RESOURCE_KIND: "vres"}
"""As messages write them before a name."""
EVERYTHING = ("all", "vidra")
_ID = re.compile(r"-([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=-|$)")


def means(given: str, kind: str, name: str) -> bool:
    """Whether a name from the command line means this resource; the short form of a name does too."""
    wanted, rest = split(given)
    return rest in {name, short(name)} and wanted in {"", kind}


def split(given: str) -> tuple[str, str]:
    """The kind, empty if it is left open, and the name.

    Raises:
        BadNameError: It is neither.
    """
    word, slash, name = given.rpartition("/")
    kind = kind_of(word) if slash else ""
    if (slash and not kind) or not name:
        raise BadNameError(f"{given!r}: write NAME, isync/NAME, vsync/NAME or vres/NAME")
    return kind, name


def kind_of(word: str) -> str:
    """The kind that a word stands for; empty: none."""
    return KINDS.get(word.lower().removesuffix(f".{GROUP}"), "")


def kinds_and_names(words: Collection[str]) -> tuple[list[str], list[str]]:
    """The kinds and names of `KIND NAME…`, `KIND,KIND` or `NAME…`; no kinds: all, no names: all."""
    first, *rest = words or [""]
    kinds = [kind_of(word) for word in first.split(",")]
    if first in EVERYTHING:
        return [], rest
    return (kinds, rest) if all(kinds) else ([], list(words))


def short(name: str) -> str:
    """The name of a VidraResource with the first part of its artifact's id only, which people can read."""
    return _ID.sub(r"-\1", name, count=1)


def unknown(name: str, known: Iterable[str]) -> str:
    """What to say of a name that does not exist."""
    from vidra.common.nearest import did_you_mean  # noqa: PLC0415 - only who mistypes waits for it

    hint = did_you_mean(name, known)
    return f"there is no InfrahubSync, VidraSync or VidraResource {name!r}{hint or ' (vidra get lists them)'}"
