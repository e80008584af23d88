"""Which revisions of a source a person may name, beside the one in its spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import msgspec

Revisions = Mapping[str, str]
"""The words by which a person names another revision (`vidra diff --WORD`), each with the field that it sets."""


def fields_of(revision: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The fields for what a person calls a revision.

    Raises:
        ValueError: The source has no such revisions.
    """
    if unknown := sorted(revision.keys() - known.keys()):
        raise ValueError(
            f"this source has no {unknown[0]}: it is read by {', '.join(known) or 'nothing but its address'}"
        )
    return {known[name]: value for name, value in revision.items()}


class OneRevision(msgspec.Struct, frozen=True):
    """A source that is read as it is."""

    REVISIONS: ClassVar[Revisions] = {}
    FOLLOWS: ClassVar[tuple[str, ...]] = ()

    def at(self, revision: Mapping[str, str]) -> Self:
        """The same; there is no other revision."""
        fields_of(revision, self.REVISIONS)
        return self
