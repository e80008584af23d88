"""What was read of one commit: its units, with the files of each."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import msgspec

from vidra.api.quoting import one_line
from vidra.sources.folders import unmatched
from vidra.sources.git.revision import Head
from vidra.sources.git.signed import Signed
from vidra.sources.protocol import Form, Listing, Unit

_LINE = 300


class Folder(msgspec.Struct, frozen=True):
    """One unit."""

    id: str
    marker: str
    files: tuple[tuple[str, str], ...]
    """Path and id of each."""
    problem: tuple[str, str] | None
    """Why it cannot be read: the limit, if it is one, and a sentence."""
    form: Form = Form.MANIFESTS


class Reading(msgspec.Struct, frozen=True):
    """All of them."""

    head: Head
    folders: dict[str, Folder]
    author: str = ""
    remarks: tuple[str, ...] = ()
    missing: str = ""
    single: bool = True
    """Whether the server gives single files."""
    signed: Signed = Signed()
    """What may have to be signed; empty where the spec asks for no signature."""

    def listing(self) -> Listing:
        """As what a source offers."""
        return Listing(
            tuple(Unit(folder.id, folder.marker, form=folder.form) for folder in self.folders.values()),
            missing=self.missing,
            revision=self.head.revision,
            author=self.author,
            remarks=self.remarks,
        )


def read_units(said: Mapping[str, Any], head: Head, paths: tuple[str, ...], *, single: bool) -> Reading:
    """What the process that read the trees answers."""
    folders = {folder.id: folder for folder in (Folder(*found) for found in _folders(said["units"]))}
    absent = unmatched(folders, paths)
    holes = [f"nothing in {head.revision} is matched by {', '.join(absent)}"] if absent else []
    return Reading(
        head,
        folders,
        one_line(str(said["author"]), _LINE),
        tuple(sorted(one_line(str(remark), _LINE) for remark in said["remarks"])),
        "; ".join((*holes, *map(str, said["unreadable"]))),
        single,
        Signed(**{name: base64.b64decode(text) for name, text in said["signed"].items()}),
    )


def with_closures(reading: Reading, said: Any) -> Reading:
    """The same with the files that each kustomization is made of."""
    folders = dict(reading.folders)
    for item in msgspec.convert(said, list[_Closure]):
        folder = folders[item.unit]
        problem = folder.problem
        if item.links:
            problem = "", f"{item.links[0]} is a link, and Vidra follows none; put the file in its place"
        folders[item.unit] = msgspec.structs.replace(folder, files=item.files, marker=item.marker, problem=problem)
    return msgspec.structs.replace(reading, folders=folders)


class _Closure(msgspec.Struct):
    unit: str
    files: tuple[tuple[str, str], ...]
    marker: str
    links: tuple[str, ...] = ()


def _folders(found: Any) -> list[_Told]:
    return msgspec.convert(found, list[_Told])


_Told = tuple[str, str, tuple[tuple[str, str], ...], tuple[str, str] | None, Form]
