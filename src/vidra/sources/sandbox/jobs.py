"""What the process is asked, and what it answers: JSON, with texts behind it; pure."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from vidra.sources.folders import ROOT, NotTextError, stream
from vidra.sources.forms import KUSTOMIZATION, MANIFESTS, closure
from vidra.sources.sandbox.errors import BrokenPackError, LimitError
from vidra.sources.sandbox.mentions import mentioned
from vidra.sources.sandbox.pack import Pack
from vidra.sources.sandbox.texts import read_download
from vidra.sources.sandbox.tree import read_commit
from vidra.sources.sandbox.walk import Walk

Job = Mapping[str, Any]
_LENGTH = 8
_LONGEST_SIGNED = 262_144
"""Bytes of a commit or tag that is verified."""


def read_job(data: memoryview) -> tuple[Job, int]:
    """The job at the start of the input, and where the pack begins."""
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    return json.loads(bytes(data[_LENGTH:end])), end


def write_job(job: Job) -> bytes:
    """The start of the input."""
    text = json.dumps(job).encode()
    return len(text).to_bytes(_LENGTH, "big") + text


def prepare(job: Job) -> None:
    """Import what only this job needs, while files may still be opened."""
    if job["do"] == "index":
        import vidra.sources.sandbox.chart_index  # noqa: F401, PLC0415 - it brings a parser of YAML


def answer(job: Job, data: memoryview) -> Iterator[bytes]:
    """A line of JSON, and after that the texts that it announces."""
    try:
        if job["do"] == "download":
            yield from _download(job, data)
        elif job["do"] == "closures":
            yield _line({"closures": _closures(job, Pack(data, job["limits"]["unpacked"]))})
        elif job["do"] == "mentions":
            yield _line({"found": mentioned(data, job["words"], job["limits"])})
        elif job["do"] == "index":
            yield _line(_index(job, data))
        elif job["do"] == "units":
            yield _line(_units(job, Pack(data, job["limits"]["unpacked"])))
        else:
            yield from _texts(job, Pack(data, job["limits"]["unpacked"]))
    except LimitError as error:
        yield _line({"limit": error.limit, "error": str(error)})
    except BrokenPackError as error:
        yield _line({"error": str(error)})
    except RecursionError:
        yield _line({"error": "what it holds is nested too deep"})
    except MemoryError:
        yield _line({"limit": "memory", "error": "reading the repository takes more memory"})


def _units(job: Job, pack: Pack) -> Mapping[str, Any]:
    commit = read_commit(pack.get(bytes.fromhex(job["commit"]), "commit"))
    walk = Walk(pack, commit.tree, job["paths"], job["limits"])
    return {
        "units": [[unit.path, unit.marker, unit.files, unit.problem, unit.form] for unit in walk.units],
        "tree": walk.all_files() if any(unit.form == KUSTOMIZATION for unit in walk.units) else [],
        "remarks": walk.remarks,
        "unreadable": walk.unreadable,
        "author": commit.author,
        "signed": {kind: _raw(pack, identity, kind) for kind, identity in job.get("signed", {}).items()},
    }


def _raw(pack: Pack, identity: str, kind: str) -> str:
    """An object as it is, to be verified."""
    content = pack.get(bytes.fromhex(identity), kind)
    if len(content) > _LONGEST_SIGNED:
        raise BrokenPackError(f"the {kind} is larger than one that is verified may be")
    return base64.b64encode(content).decode()


def _texts(job: Job, pack: Pack) -> Iterator[bytes]:
    found: list[dict[str, Any]] = []
    texts: list[bytes] = []
    for name, files, form in job["units"]:
        try:
            contents = _contents(pack, name, files, job["limits"])
            text = stream(contents) if form == MANIFESTS else b"".join(contents.values())
        except LimitError as error:
            found.append({"unit": name, "limit": error.limit, "error": str(error)})
        except (BrokenPackError, NotTextError) as error:
            found.append({"unit": name, "error": str(error)})
        else:
            sizes = [] if form == MANIFESTS else [(path, len(content)) for path, content in contents.items()]
            found.append({"unit": name, "size": len(text), "files": sizes})
            texts.append(text)
    yield _line({"texts": found})
    yield from texts


def _closures(job: Job, pack: Pack) -> list[dict[str, Any]]:
    """The files of each kustomization, with a marker that changes when one of them does."""
    tree: dict[str, str] = dict(job["tree"])
    paths, found = sorted(tree), list[dict[str, Any]]()

    def read(path: str) -> bytes:
        return pack.get(bytes.fromhex(tree[path]), "blob") if tree[path] else b""

    for unit in job["units"]:
        files = closure("" if unit == ROOT else unit, paths, read)
        listed = [(path, tree[path]) for path in files]
        links = [path for path in files if not tree[path]]
        marker = hashlib.sha256(json.dumps(listed).encode()).hexdigest()
        found.append({"unit": unit, "files": listed, "marker": marker, "links": links[:1]})
    return found


def _contents(pack: Pack, unit: str, files: list[list[str]], limits: Mapping[str, int]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    total = 0
    for path, identity in files:
        key = bytes.fromhex(identity)
        content = b"" if (size := pack.size(key)) is not None and size > limits["file"] else pack.get(key, "blob")
        if max(size or 0, len(content)) > limits["file"]:
            raise LimitError("file", f"the file {path} has more bytes")
        total += len(content)
        if total > limits["text"]:
            raise LimitError("text", f"the manifests of {unit} have more bytes")
        contents[path] = content
    return contents


def _download(job: Job, data: memoryview) -> Iterator[bytes]:
    found = read_download(data, job["paths"], job["limits"])
    units = [[text.unit, text.marker, len(text.text), text.problem, text.form, text.files] for text in found.texts]
    yield _line({"units": units, "remarks": found.remarks})
    yield from (text.text for text in found.texts)


def _index(job: Job, data: memoryview) -> Mapping[str, Any]:
    from vidra.sources.sandbox.chart_index import read_index  # noqa: PLC0415 - see `prepare`

    return read_index(data, job["chart"])


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"
