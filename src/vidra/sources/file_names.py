"""Names of files and folders that come from outside: which hold manifests, and which are no names at all: pure.

Invariant: what a source holds is a map from relative paths to bytes, in memory. A name that could lead elsewhere, or
that would break a line of a message or of a text, is not in the map: its unit is refused, and says so.
"""

from __future__ import annotations

_MANIFESTS = (".yaml", ".yml", ".json")
_BARE = "Kustomization"
"""One of the names that a kustomization may have."""
LONGEST = 255


def is_manifest(name: str) -> bool:
    """Whether a file of this name is read."""
    return name.endswith(_MANIFESTS) or name == _BARE


def is_hidden(name: str) -> bool:
    """Whether a file or folder is passed over, with all that is in it: `.github` holds YAML, and no manifests."""
    return name.startswith(".") and not is_bad(name)


def is_bad(name: str) -> bool:
    """Whether a name is one that no honest file has."""
    return (
        name in {"", ".", ".."}
        or name.lower().rstrip(" .") == ".git"
        or len(name) > LONGEST
        or "/" in name
        or "\\" in name
        or not name.isprintable()
    )
