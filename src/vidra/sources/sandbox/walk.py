"""From the root of a repository down to the folders that are units, and the manifests in each: pure.

Invariant: what a unit holds and Vidra does not read is said. A name that leads elsewhere, or a link in place of a
manifest, makes its unit unreadable as a whole: half of a unit would delete the objects of the other half.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from vidra.sources.file_names import is_bad, is_hidden, is_manifest
from vidra.sources.folders import ROOT
from vidra.sources.forms import CHART, IGNORED_BY_CHART, MANIFESTS, form_of
from vidra.sources.globs import Patterns, State
from vidra.sources.sandbox.errors import LimitError
from vidra.sources.sandbox.pack import Pack
from vidra.sources.sandbox.tree import FOLDER, LINK, SUBMODULE, Entry, read_tree

_MOST_REMARKS = 20


class Unit:
    """A folder that a pattern matches."""

    def __init__(self, path: str, tree: bytes, form: str = MANIFESTS) -> None:
        self.path = path
        self.tree = tree
        self.form = form
        self.files: list[tuple[str, str]] = []
        """Path and id of each manifest; of a chart, of each file."""
        self.within: list[str] = []
        """Folders in it that are units of their own."""
        self.problem: tuple[str, str] | None = None
        """Why it cannot be read: the limit, if it is one, and a sentence."""

    @property
    def marker(self) -> str:
        """Changes whenever the text may; with the id of the folder, that is all that it depends on but for `within`."""
        if not self.within:
            return self.tree.hex()
        taken = hashlib.sha256("\n".join(sorted(self.within)).encode()).hexdigest()
        return f"{self.tree.hex()}-{taken[:16]}"

    def refuse(self, limit: str, why: str) -> None:
        """Remember the first reason for which it cannot be read."""
        self.problem = self.problem or (limit, why)


class Walk:
    """Finds the units.

    Args:
        limits: Those of `SourceLimits`, by name.

    Raises:
        LimitError: There is more than Vidra looks at.
        BrokenPackError: A folder is missing, or cannot be read.
    """

    def __init__(self, pack: Pack, root: bytes, patterns: Sequence[str], limits: Mapping[str, int]) -> None:
        self._pack = pack
        self._root = root
        self._patterns = Patterns(patterns)
        self._limits = limits
        self._seen = 0
        self.found: list[Unit] = []
        self.remarks: list[str] = []
        self.unreadable: list[str] = []
        """Folders that a pattern may match, and that have no honest name."""
        self._folder(root, (), self._patterns.start(), None)

    @property
    def units(self) -> list[Unit]:
        """Those with manifests, or with something in their place."""
        return [unit for unit in self.found if unit.files or unit.problem]

    def all_files(self) -> list[tuple[str, str]]:
        """Path and id of every file of the repository; of a link the id is empty. Kustomizations may refer to any."""
        found: list[tuple[str, str]] = []
        folders = [("", self._root)]
        while folders:
            start, tree = folders.pop()
            for entry in read_tree(self._pack.get(tree, "tree")):
                if is_bad(entry.name) or entry.kind == SUBMODULE:
                    continue
                if entry.kind == FOLDER:
                    folders.append((f"{start}{entry.name}/", entry.identity))
                else:
                    found.append((start + entry.name, "" if entry.kind == LINK else entry.identity.hex()))
                if len(found) > self._limits["entries"]:
                    raise LimitError("entries", "the repository holds more files and folders")
        return found

    def _folder(self, tree: bytes, names: tuple[str, ...], state: State, unit: Unit | None) -> None:
        entries = read_tree(self._pack.get(tree, "tree"))
        if self._patterns.matched(state):
            unit = self._unit(tree, names, unit, form_of({entry.name for entry in entries if entry.kind != FOLDER}))
            if unit.form == CHART:
                state = frozenset()  # nothing in a chart is a unit of its own
        for entry in entries:
            self._seen += 1
            if self._seen > self._limits["entries"]:
                raise LimitError("entries", "the repository holds more files and folders")
            if is_bad(entry.name):
                self._bad(entry, names, state, unit)
            elif entry.kind == FOLDER:
                self._below(entry, names, state, unit)
            elif unit is not None and (not is_hidden(entry.name) or entry.name == IGNORED_BY_CHART):
                self._file(entry, "/".join((*names, entry.name)), unit)

    def _unit(self, tree: bytes, names: tuple[str, ...], outer: Unit | None, form: str) -> Unit:
        path = "/".join(names) or ROOT
        if outer is not None:
            outer.within.append(path)
        if len(self.found) >= self._limits["units"]:
            raise LimitError("units", "`paths` matches more folders")
        self.found.append(Unit(path, tree, form))
        return self.found[-1]

    def _below(self, entry: Entry, names: tuple[str, ...], state: State, unit: Unit | None) -> None:
        state = self._patterns.into(state, entry.name)
        unit = None if is_hidden(entry.name) else unit
        below = (*names, entry.name)
        if not state and unit is None:
            return
        if len(below) <= self._limits["depth"]:
            self._folder(entry.identity, below, state, unit)
        elif unit is not None:
            unit.refuse("depth", f"the folder {unit.path} holds folders deeper inside each other")
        else:
            raise LimitError("depth", "the repository holds folders deeper inside each other")

    def _file(self, entry: Entry, path: str, unit: Unit) -> None:
        wanted = unit.form == CHART or is_manifest(entry.name)
        if entry.kind == SUBMODULE or (entry.kind == LINK and not wanted):
            self._remark(f"{path} is left out: it is a {'submodule' if entry.kind == SUBMODULE else 'link'}")
        elif entry.kind == LINK:
            unit.refuse("", f"{path} is a link, and Vidra follows none; put the file in its place")
        elif not wanted:
            return
        elif len(unit.files) < self._limits["files"]:
            unit.files.append((path, entry.identity.hex()))
        else:
            unit.refuse("files", f"the folder {unit.path} holds more manifest files")

    def _bad(self, entry: Entry, names: tuple[str, ...], state: State, unit: Unit | None) -> None:
        where = "/".join(names) or "the root"
        if unit is not None:
            unit.refuse("", f"{where} holds the name {_shown(entry.name)}, which Vidra does not read; remove it")
        elif self._patterns.into(state, entry.name) and entry.kind == FOLDER:
            self.unreadable.append(f"{where} holds a folder named {_shown(entry.name)}, which Vidra does not read")

    def _remark(self, text: str) -> None:
        if len(self.remarks) < _MOST_REMARKS:
            self.remarks.append(text)


def _shown(name: str) -> str:
    """A name as a message may show it."""
    return ascii(name if len(name) <= 60 else f"{name[:57]}...")
