"""A source that is one file to download: an archive of folders, or one manifest.

A `Download` is cheap as long as nothing changed. When something did, the file is read in a sandbox; texts are
kept for as long as the poll that downloaded them lasts.
"""

from __future__ import annotations

import zlib
from collections.abc import Hashable
from contextlib import closing
from typing import Generic, Protocol, TypeVar

import msgspec

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.sources.folders import unmatched
from vidra.sources.memory import Memory
from vidra.sources.protocol import Files, Form, Listing, NothingThereError, SourceError, Unit
from vidra.sources.sandboxed import Sandbox, Spool, content_of, error_of

_LINE = 300


class State(msgspec.Struct, frozen=True):
    """Which state of the source was downloaded."""

    marker: str
    """What the server names it by, to ask whether it is still the same."""
    revision: str
    """For people."""
    validators: tuple[str, str] = ("", "")
    """`ETag` and `Last-Modified`, where it is an answer over HTTP."""


class Download(Protocol):
    """How a file is got."""

    async def update(self, known: State | None, spool: Spool) -> State | None:
        """Write the file down; None, without writing, if it is the known one.

        Raises:
            SourceError: It cannot be had, or is not what was announced.
        """
        ...


class Held(msgspec.Struct, frozen=True):
    """What was read last."""

    state: State
    listing: Listing


S = TypeVar("S", bound=Hashable)

Downloads = Memory[S, Held]


class DownloadedSource(Generic[S]):
    """One poll.

    Args:
        spec: By which `memory` knows what was read last.
        what: The address, for messages.
    """

    def __init__(
        self,
        spec: S,
        download: Download,
        *,
        paths: tuple[str, ...],
        what: str,
        sandbox: Sandbox,
        memory: Downloads[S],
    ) -> None:
        self._spec = spec
        self._paths = paths
        self._what = what
        self._download = download
        self._sandbox = sandbox
        self._memory = memory
        self._texts: dict[str, tuple[_Told, bytes] | SourceError] = {}

    async def list(self) -> Listing:
        """The folders that `paths` matches, or the file as one unit.

        Raises:
            SourceError: There is no list.
        """
        held = self._memory.get(self._spec)
        return await self._update(held.state if held else None)

    async def fetch(self, unit: Unit) -> bytes | Files:
        """The manifests of a folder, in one text; or the files of a chart or of a kustomization.

        Raises:
            SourceError: They cannot be had, or are others meanwhile.
        """
        if unit.id not in self._texts:
            listing = await self._update(None)
            if unit not in listing.units:
                message = f"{self._what} has another {unit.id} than a moment ago; it is read at the next reconcile"
                raise SourceError(Reason.CHECKSUM_MISMATCH, message)
        found = self._texts[unit.id]
        if isinstance(found, SourceError):
            raise SourceError(found.reason, str(found))
        (name, _, _, _, form, files), packed = found
        return content_of(name, form, zlib.decompress(packed), files)

    async def _update(self, known: State | None) -> Listing:
        job = {"do": "download", "paths": self._paths}
        with closing(Spool(job, self._sandbox.limits)) as spool:
            state = await self._download.update(known, spool)
            if state is None:
                held = self._memory.get(self._spec)
                assert held is not None, "only what was read before is the same"
                return held.listing
            said, texts = await self._sandbox.run(spool, self._what)
        units = msgspec.convert(said["units"], _Units)
        listing = self._listing(state, units, said["remarks"])
        self._keep(units, texts)
        self._memory.put(self._spec, Held(state, listing))
        return listing

    def _listing(self, state: State, units: _Units, remarks: _Lines) -> Listing:
        if not units:
            where = " or ".join(self._paths) or "the root"
            message = (
                f"no folder with manifests is at {where} in {state.revision} of {self._what}; what is applied stays"
            )
            raise NothingThereError(Reason.PATH_NOT_FOUND, message)
        absent = unmatched([unit for unit, *_ in units], self._paths)
        return Listing(
            tuple(Unit(unit, marker, form=form) for unit, marker, _, _, form, _ in units),
            missing=f"nothing in {state.revision} is matched by {', '.join(absent)}" if absent else "",
            revision=state.revision,
            remarks=tuple(sorted(one_line(remark, _LINE) for remark in remarks)),
        )

    def _keep(self, units: _Units, texts: bytes) -> None:
        self._texts, place = {}, 0
        for told in units:
            unit, _, size, problem, *_ = told
            if problem is None:
                self._texts[unit] = told, zlib.compress(texts[place : place + size], 1)
                place += size
            else:
                limit, why = problem
                self._texts[unit] = error_of({"error": why, "limit": limit or None}, self._sandbox.limits, self._what)


_Told = tuple[str, str, int, tuple[str, str] | None, Form, tuple[tuple[str, int], ...]]
_Units = list[_Told]
_Lines = list[str]
