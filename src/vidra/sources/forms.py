"""What a folder is, by the names in it, and which files belong to it: pure, and of the standard library alone."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence

MANIFESTS, CHART, KUSTOMIZATION = "Manifests", "Chart", "Kustomization"
"""As `vidra.sources.protocol.Form` names them."""
CHART_FILE = "Chart.yaml"
KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
IGNORED_BY_CHART = ".helmignore"
"""The one hidden file that a chart has."""
_OUTWARDS = re.compile(rb"(?<![^\s\"'\[\]{},:=])\.\.?/[^\s\"'\[\]{},=#]*|(?<![^\s\"'\[\]{},:=])\.\.(?=[\s\"'\]},]|$)")
"""What may lead out of a folder: `../base`, `./../base`, `a=../b`."""


def form_of(names: Collection[str]) -> str:
    """What a folder with these files is. A kustomization may hold a chart for Helm; that it wins says so."""
    if any(name in names for name in KUSTOMIZATION_FILES):
        return KUSTOMIZATION
    return CHART if CHART_FILE in names else MANIFESTS


def is_kustomization(path: str) -> bool:
    """Whether a file says what its folder is made of."""
    return path.rpartition("/")[2] in KUSTOMIZATION_FILES


def within(folder: str, paths: Sequence[str]) -> Sequence[str]:
    """The files in a folder and below it.

    Args:
        folder: Empty for the root.
        paths: All files, sorted.
    """
    if not folder:
        return paths
    return paths[bisect_left(paths, f"{folder}/") : bisect_left(paths, f"{folder}0")]  # 0 is behind /


def closure(folder: str, paths: Sequence[str], read: Callable[[str], bytes]) -> list[str]:
    """The files that a kustomization may be made of: those in its folder, and those that it refers to elsewhere.

    Invariant: whoever renders it sees these and no others, and the marker is made of these; so what was left out by
    mistake makes a text that cannot be rendered, and never one that is not rendered anew.

    Args:
        paths: All files, sorted.
        read: Reads one of them; it is called for kustomizations alone.
    """
    found: set[str] = set()
    folders, files = [folder], set(paths)
    seen = {folder}
    while folders:
        for path in within(folders.pop(), paths):
            if path in found:
                continue
            found.add(path)
            if not is_kustomization(path):
                continue
            for target in _targets(path.rpartition("/")[0], read(path)):
                if target in files:
                    found.add(target)
                elif target not in seen:
                    seen.add(target)
                    folders.append(target)
    return sorted(found)


def _targets(folder: str, text: bytes) -> Iterator[str]:
    for match in _OUTWARDS.finditer(text):
        target = posixpath.normpath(posixpath.join(folder, match[0].decode(errors="replace")))
        if target == ".":
            yield ""
        elif not target.startswith(".."):
            yield target
