"""What reading a text gives."""

from typing import Any

import msgspec

from vidra.manifests.identity import Ref
from vidra.manifests.problems import Problem


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
