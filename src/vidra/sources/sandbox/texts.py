"""The units of a file that was downloaded, with their texts: pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vidra.sources.folders import ROOT, NotTextError, stream, units
from vidra.sources.sandbox.archive import Archive, is_tar
from vidra.sources.sandbox.errors import BrokenPackError, LimitError
from vidra.sources.sandbox.inflate import Data, Inflated


class Text(NamedTuple):
    """One unit."""

    unit: str
    text: bytes
    problem: tuple[str, str] | None
    """Why there is no text: the limit, if it is one, and a sentence."""

    @property
    def marker(self) -> str:
        """Changes whenever the text does."""
        return hashlib.sha256(repr(self.problem).encode() if self.problem else self.text).hexdigest()


class Downloaded(NamedTuple):
    """All of them."""

    texts: list[Text]
    remarks: list[str]


def read_download(data: Data, paths: Sequence[str], limits: Mapping[str, int]) -> Downloaded:
    """What a file holds: an archive's folders, or itself.

    Raises:
        BrokenPackError: It cannot be read, or has no folders where some are wanted.
        LimitError: There is more in it than Vidra reads.
    """
    if not is_tar(data, limits):
        return Downloaded([_plain(data, paths, limits)], [])
    archive = Archive(data, limits)
    found = units((*archive.files, *archive.problems), paths)
    if len(found) > limits["units"]:
        raise LimitError("units", "`paths` matches more folders")
    return Downloaded([_text(unit, files, archive, limits) for unit, files in found.items()], archive.remarks)


def _plain(data: Data, paths: Sequence[str], limits: Mapping[str, int]) -> Text:
    if paths:
        raise BrokenPackError("it is one file and no archive, so it has no folders; leave `paths` out")
    text = Inflated(data, limits).read(limits["text"] + 1)
    if len(text) > limits["text"]:
        return Text(ROOT, b"", ("text", "the file has more bytes"))
    return Text(ROOT, text, None)


def _text(unit: str, files: Sequence[str], archive: Archive, limits: Mapping[str, int]) -> Text:
    problem = next((archive.problems[path] for path in files if path in archive.problems), None)
    if problem is None and len(files) > limits["files"]:
        problem = "files", f"the folder {unit} holds more manifest files"
    if problem is None and sum(len(archive.files[path]) for path in files) > limits["text"]:
        problem = "text", f"the manifests of {unit} have more bytes"
    if problem is not None:
        return Text(unit, b"", problem)
    try:
        return Text(unit, stream({path: archive.files[path] for path in files}), None)
    except NotTextError as error:
        return Text(unit, b"", ("", str(error)))
