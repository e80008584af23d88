"""What a source of manifests promises: a listing of units, and the text of each.

A source is a package beside this file, made of a `SourceKind` (one for the process: it shares connections, and what was
read last) that opens a `Source` for each sync. `vidra.sources.kinds` names all of them, a line each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

import msgspec

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason

LONGEST = 2_000
"""Characters of an error: a source may have written some of them."""


class Form(StrEnum):
    """What a unit is, and so what has to be done with it before it is a text of manifests."""

    MANIFESTS = "Manifests"
    """It is one."""
    CHART = "Chart"
    """It is rendered with values, for a destination."""
    KUSTOMIZATION = "Kustomization"
    """It is built."""


class Files(NamedTuple):
    """What a chart or a kustomization is made of, when it is no archive."""

    files: Mapping[str, bytes]
    """By their relative paths."""
    folder: str = ""
    """Which of their folders is the unit, where it refers to others."""


class Unit(msgspec.Struct, frozen=True):
    """One text that a source offers: an artifact, a folder, a key, a URL. It becomes one VidraResource."""

    id: str
    """The same from listing to listing, and different from that of every other unit of the sync. Shown to people."""
    marker: str | None
    """Opaque: the text is fetched when this is another one than that of the stored text. None: there is no text yet."""
    failed: bool = False
    """The source says that its last generation failed; the marker is that of the last good one."""
    form: Form = Form.MANIFESTS
    target: tuple[str, ...] = ()
    """Names of what it is for, by which a cluster may say that it is for that; the first is shown. Empty: not known."""


class Listing(msgspec.Struct, frozen=True):
    """What a source offers now."""

    units: tuple[Unit, ...]
    missing: str = ""
    """Why the list is incomplete; empty when it is complete. An incomplete list prunes nothing."""
    revision: str = ""
    """Which state of the source it is, for people: `main@sha1:…`, `1.4.2@sha256:…`. Empty: the source has none."""
    author: str = ""
    """Who made this revision, if the source says so."""
    remarks: tuple[str, ...] = ()
    """What a person should know although nothing has failed: links that were left out, a source that is paused."""
    left_out: int = 0
    """Units that are there, and are not of those that the spec names."""
    confirmed: bool = False
    """The source could have something of what the spec names, and has nothing: it is no misspelt name."""
    hint: str = ""
    """The end of a message about an empty list: which name may have been meant."""


class SourceError(Exception):
    """A source could not answer.

    Attributes:
        reason: From the closed set.
        retry_after: Seconds to wait before asking again, if the source said so.
    """

    def __init__(self, reason: Reason, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(one_line(message, LONGEST))
        self.reason = reason
        self.retry_after = retry_after


class NothingThereError(SourceError):
    """The source was read completely, and has nothing of what the spec names. With `allowEmpty` that is a listing."""


class Source(Protocol):
    """Where the manifests of one sync come from, for one poll."""

    async def list(self) -> Listing:
        """The units of the sync. Cheap when nothing changed.

        Raises:
            SourceError: There is no list. Never read as an empty one.
        """
        ...

    async def fetch(self, unit: Unit) -> bytes | Files:
        """A unit of the last listing, verified; several may be fetched at a time.

        What it is follows from the form: a text of manifests; of a chart, its archive or its files; of a kustomization,
        its files.

        Raises:
            SourceError: The text cannot be had, or is not what was announced.
        """
        ...


@runtime_checkable
class Confirming(Protocol):
    """A source that can tell an empty list from a misspelt name."""

    async def is_defined(self) -> bool:
        """Whether it has a definition of what the spec names, now.

        Raises:
            SourceError: It does not say.
        """
        ...


Remark = Callable[[Reason, str], None]
"""Tells a person something that stops nothing, as an Event."""

S = TypeVar("S")

S_contra = TypeVar("S_contra", contravariant=True)

Concerns = Callable[[S], bool]
"""Whether something is about the source that a spec names."""


class SourceKind(Protocol[S_contra]):
    """One kind of source, of which `S_contra` is the spec (`vidra.api.sources`). There is one for the process."""

    credentials_label: str
    """Label of the Secrets that it takes credentials from, with a host as its value; empty when it needs none."""

    async def open(self, spec: S_contra, remark: Remark) -> Source:
        """The source that a spec names, with the credentials for it.

        Raises:
            SourceError: The spec, or the credentials for it, cannot be used.
        """
        ...

    def host(self, spec: S_contra) -> str:
        """Who is asked, for limits and metrics; empty when nobody is. It never raises and tells no secret."""
        ...

    def listen(self, changed: Callable[[Concerns[S_contra]], None]) -> None:
        """Call this when the last listing of some syncs may be outdated: credentials, a watched object, a webhook."""
        ...

    async def close(self) -> None:
        """Close every connection, and end every child process."""
        ...
