"""A repository as a source: each folder that `paths` matches is a unit, marked with the id of its tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from vidra.api.reasons import Reason
from vidra.api.sources import GitSource
from vidra.sources.forms import is_kustomization
from vidra.sources.git.batch import Batches
from vidra.sources.git.reading import Folder, Reading, read_units, with_closures
from vidra.sources.git.remote import Remote
from vidra.sources.git.revision import Head, head_of, pinned, prefixes
from vidra.sources.git.signed import verify
from vidra.sources.memory import Memory
from vidra.sources.protocol import Files, Form, Listing, NothingThereError, SourceError, Unit
from vidra.sources.sandboxed import Sandbox, Spool, content_of, error_of
from vidra.sources.signatures.keys import Keys


class GitRepository:
    """One poll of it.

    Args:
        memory: What was read last of each source: as long as its commit is the same, nothing is read again.
        keys: Those that count now, where something has to be signed. What was read before is verified again with them.
    """

    def __init__(
        self,
        spec: GitSource,
        remote: Remote,
        sandbox: Sandbox,
        memory: Memory[GitSource, Reading],
        keys: Keys | None = None,
    ) -> None:
        self._spec = spec
        self._remote = remote
        self._sandbox = sandbox
        self._memory = memory
        self._keys = keys
        self._batches = Batches(self._load)
        self._reading: Reading | None = None

    async def list(self) -> Listing:
        """The folders that `paths` matches.

        Raises:
            SourceError: There is no list.
        """
        head = pinned(self._spec) or await self._head()
        held = self._memory.get(self._spec)
        if held is None or held.head != head:
            held = await self._read(head)
            self._memory.put(self._spec, held)
        if self._keys is not None:
            verify(self._spec, head, held.signed, self._keys, datetime.now(UTC))
        self._reading = held
        return held.listing()

    async def fetch(self, unit: Unit) -> bytes | Files:
        """The manifests of a folder, in one text; or the files of a chart or of a kustomization.

        Raises:
            SourceError: They cannot be had.
        """
        return await self._batches.get(unit.id)

    async def _head(self) -> Head:
        return head_of(self._spec, await self._remote.refs(prefixes(self._spec)), self._spec.url)

    async def _read(self, head: Head) -> Reading:
        signed = self._signed(head)
        job = {"do": "units", "commit": head.commit, "paths": self._spec.paths, "signed": signed}
        with closing(Spool(job, self._sandbox.limits)) as spool:
            wanted = sorted({head.commit, *signed.values()})
            single = await self._remote.fetch(wanted, spool, commit=True, bare=True)
            said, _ = await self._sandbox.run(spool, self._spec.url)
        found = read_units(said, head, self._spec.paths, single=single)
        if of_others := [folder.id for folder in found.folders.values() if folder.form is Form.KUSTOMIZATION]:
            found = with_closures(found, await self._closures(found, of_others, said["tree"]))
        if not found.folders:
            where = " or ".join(self._spec.paths) or "it"
            holes = "".join(f"; {hole}" for hole in said["unreadable"])
            message = f"no folder with manifests is at {where} in {head.revision} of {self._spec.url}{holes}"
            kind = SourceError if holes else NothingThereError
            raise kind(Reason.PATH_NOT_FOUND, f"{message}; what is applied stays")
        return found

    def _signed(self, head: Head) -> dict[str, str]:
        """The ids of the objects that are needed to verify signatures."""
        if self._keys is None:
            return {}
        return {"commit": head.commit, **({"tag": head.tag} if head.tag else {})}

    async def _closures(self, reading: Reading, units: Sequence[str], tree: Sequence[tuple[str, str]]) -> Any:
        """What kustomizations are made of: their own files say so, which are got for that."""
        told = sorted({identity for path, identity in tree if identity and is_kustomization(path)})
        job = {"do": "closures", "units": units, "tree": tree}
        with closing(Spool(job, self._sandbox.limits)) as spool:
            wanted = told if reading.single else [reading.head.commit]
            await self._remote.fetch(wanted, spool, commit=not reading.single, bare=False)
            said, _ = await self._sandbox.run(spool, self._spec.url)
        return said["closures"]

    async def _load(self, units: Sequence[str]) -> Mapping[str, bytes | Files | SourceError]:
        if self._reading is None:
            await self.list()
        assert self._reading is not None
        reading, results = self._reading, dict[str, bytes | Files | SourceError]()
        readable = []
        for name in units:
            folder = reading.folders.get(name)
            if folder is None:
                results[name] = SourceError(Reason.PATH_NOT_FOUND, f"{self._spec.url} has no folder {name} any more")
            elif folder.problem:
                limit, why = folder.problem
                results[name] = error_of({"error": why, "limit": limit or None}, self._sandbox.limits, self._spec.url)
            else:
                readable.append(folder)
        return {**results, **(await self._texts(reading, readable) if readable else {})}

    async def _texts(self, reading: Reading, folders: Sequence[Folder]) -> dict[str, bytes | Files | SourceError]:
        """The texts of folders: only their files are asked for, where the server gives single files."""
        job = {"do": "texts", "units": [(folder.id, folder.files, folder.form) for folder in folders]}
        files = sorted({identity for folder in folders for _, identity in folder.files})
        wanted = files if reading.single else [reading.head.commit]
        with closing(Spool(job, self._sandbox.limits)) as spool:
            await self._remote.fetch(wanted, spool, commit=not reading.single, bare=False)
            said, texts = await self._sandbox.run(spool, self._spec.url)
        return self._divided(said["texts"], texts, {folder.id: folder.form for folder in folders})

    def _divided(
        self, found: Sequence[dict[str, Any]], texts: bytes, forms: Mapping[str, Form]
    ) -> dict[str, bytes | Files | SourceError]:
        results: dict[str, bytes | Files | SourceError] = {}
        place = 0
        for item in found:
            if "error" in item:
                results[item["unit"]] = error_of(item, self._sandbox.limits, self._spec.url)
            else:
                text = texts[place : place + item["size"]]
                results[item["unit"]] = content_of(item["unit"], forms[item["unit"]], text, item["files"])
                place += item["size"]
        return results
