"""What reading a text gives."""

from typing import Any

import msgspec

from vidra.manifests.decode import decode
from vidra.manifests.documents import Document, documents, too_many_objects
from vidra.manifests.limits import Limits
from vidra.manifests.list_kinds import flatten
from vidra.manifests.object_ref import Ref, identify
from vidra.manifests.problems import Problem, ProblemReason, RefusedError


class ManifestObject(msgspec.Struct, frozen=True):
    """One object of a text."""

    ref: Ref
    body: dict[str, Any]
    document: int
    """Number of the document it comes from, from 1; empty documents are not counted."""


class Reading(msgspec.Struct, frozen=True):
    """The objects of a text, in its order, and what is wrong with the rest of it."""

    objects: tuple[ManifestObject, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


_LIMITS = Limits()


def read(text: bytes | str, limits: Limits = _LIMITS) -> Reading:
    """Read a text as kubectl would; the text may come from a stranger.

    A text that is beyond a limit as a whole gives no objects at all, rather than the first so many of them.
    """
    collected = _Collected(limits)
    try:
        for document in documents(decode(text, limits), limits):
            collected.add(document)
    except RefusedError as error:
        return Reading(objects=(), problems=(Problem(0, error.line, error.reason, error.message),), warnings=())
    return collected.reading()


class _Collected:
    """What has been read so far."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parts = 0
        self._objects: dict[tuple[str, str, str, str], ManifestObject] = {}
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []

    def reading(self) -> Reading:
        return Reading(
            objects=tuple(self._objects.values()), problems=tuple(self._problems), warnings=tuple(self._warnings)
        )

    def add(self, found: Document | Problem) -> None:
        if isinstance(found, Problem):
            self._problems.append(found)
            return
        self._warnings += found.warnings
        if found.value is None:
            return
        for path, body in flatten(found.value):
            self._part(found, path, body)

    def _part(self, document: Document, path: str, body: dict[str, Any] | RefusedError) -> None:
        self._parts += 1
        if self._parts > self._limits.objects:
            raise too_many_objects(self._limits)
        try:
            self._object(document, body)
        except RefusedError as error:
            message = f"{path}: {error.message}" if path else error.message
            self._problems.append(Problem(document.number, document.line, error.reason, message))

    def _object(self, document: Document, body: dict[str, Any] | RefusedError) -> None:
        if isinstance(body, RefusedError):
            raise body
        ref = identify(body)
        key = (ref.group, ref.kind, ref.namespace, ref.name)  # two versions of an API show the same object
        if earlier := self._objects.pop(key, None):
            message = f"{ref} is also in document {earlier.document} and the last one counts; remove the other"
            warning = Problem(document.number, document.line, ProblemReason.DUPLICATE_OBJECT, message)
            self._warnings.append(warning)
        self._objects[key] = ManifestObject(ref, body, document.number)
