"""The units of a file that was downloaded, with their texts: pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vidra.sources.folders import ROOT, NotTextError, stream, units
from vidra.sources.forms import CHART, MANIFESTS, closure, form_of, within
from vidra.sources.sandbox.archive import Archive, is_tar
from vidra.sources.sandbox.errors import BrokenPackError, LimitError
from vidra.sources.sandbox.inflate import Data, Inflated


class Text(NamedTuple):
    """One unit."""

    unit: str
    text: bytes
    problem: tuple[str, str] | None
    """Why there is no text: the limit, if it is one, and a sentence."""
    form: str = MANIFESTS
    files: tuple[tuple[str, int], ...] = ()
    """What has to be rendered: path and size of each file; the text is one behind the other."""

    @property
    def marker(self) -> str:
        """Changes whenever the text does."""
        if self.problem:
            return hashlib.sha256(repr(self.problem).encode()).hexdigest()
        told = repr((self.form, self.files)).encode() if self.form != MANIFESTS else b""
        return hashlib.sha256(told + self.text).hexdigest()


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
    forms = {unit: form_of(_names_in(unit, files)) for unit, files in found.items()}
    rendered = _rendered(data, limits, archive, {unit: form for unit, form in forms.items() if form != MANIFESTS})
    texts = [rendered.get(unit) or _text(unit, files, archive, limits) for unit, files in found.items()]
    return Downloaded(texts, archive.remarks)


def _names_in(unit: str, files: Sequence[str]) -> set[str]:
    """The names of the files in a folder, and not below it."""
    start = "" if unit == ROOT else f"{unit}/"
    return {path.removeprefix(start) for path in files}


def _rendered(data: Data, limits: Mapping[str, int], archive: Archive, forms: Mapping[str, str]) -> dict[str, Text]:
    """The units that are charts and kustomizations; the archive is read again for the files that these need."""
    if not forms:
        return {}
    paths = sorted(archive.names)
    needed = {unit: _needed("" if unit == ROOT else unit, form, paths, archive) for unit, form in forms.items()}
    wanted = {path for files in needed.values() for path in files}
    whole = Archive(data, limits, wanted.__contains__)
    return {unit: _made_of(unit, forms[unit], files, whole, limits) for unit, files in needed.items()}


def _needed(folder: str, form: str, paths: Sequence[str], archive: Archive) -> Sequence[str]:
    return within(folder, paths) if form == CHART else closure(folder, paths, lambda path: archive.files.get(path, b""))


def _made_of(unit: str, form: str, files: Sequence[str], whole: Archive, limits: Mapping[str, int]) -> Text:
    problem = next((whole.problems[path] for path in files if path in whole.problems), None)
    if problem is None:
        problem = _too_much(unit, [len(whole.files[path]) for path in files], limits)
    if problem is not None:
        return Text(unit, b"", problem, form)
    told = tuple((path, len(whole.files[path])) for path in files)
    return Text(unit, b"".join(whole.files[path] for path in files), None, form, told)


def _too_much(unit: str, sizes: Sequence[int], limits: Mapping[str, int]) -> tuple[str, str] | None:
    if len(sizes) > limits["files"]:
        return "files", f"what {unit} is made of are more files"
    if sum(sizes) > limits["text"]:
        return "text", f"the files that {unit} is made of have more bytes"
    return None


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
