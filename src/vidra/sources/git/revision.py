"""Which commit a source means: pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vidra.api.reasons import Reason
from vidra.api.sources import GitSource
from vidra.sources.git.advertisement import Ref
from vidra.sources.protocol import SourceError
from vidra.sources.semver import newest, read_range

_HEADS, _TAGS = "refs/heads/", "refs/tags/"


class Head(msgspec.Struct, frozen=True):
    """What is read."""

    commit: str
    name: str = ""
    """Of the branch, tag or ref."""
    tag: str = ""
    """Id of the annotated tag, if it is one."""

    @property
    def revision(self) -> str:
        """For people, as Flux writes it."""
        return f"{self.name}@sha1:{self.commit}" if self.name else f"sha1:{self.commit}"


def pinned(spec: GitSource) -> Head | None:
    """What a source means that names a commit; None: a server has to be asked."""
    if spec.commit and len(spec.commit) != 40:
        raise SourceError(Reason.INVALID_SPEC, "spec.source.git.commit: repositories with SHA-256 ids are not read")
    return Head(spec.commit) if spec.commit else None


def prefixes(spec: GitSource) -> tuple[str, ...]:
    """The refs to ask for."""
    if spec.branch or spec.tag or spec.ref:
        return (_wanted(spec),)
    return (_TAGS,) if spec.semver else ("HEAD",)


def head_of(spec: GitSource, refs: Mapping[str, Ref], url: str) -> Head:
    """What a source means, among the refs of its server.

    Raises:
        SourceError: It has no such ref, or no version in the range.
    """
    name = _newest(spec.semver, refs, url) if spec.semver else _wanted(spec)
    found = refs.get(name)
    if found is None:
        raise SourceError(Reason.REF_NOT_FOUND, f"{url} has no {_described(spec)}; what is applied stays")
    shown = (found.target or name).removeprefix(_HEADS).removeprefix(_TAGS)
    return Head(found.commit, shown, found.identity if found.peeled else "")


def _wanted(spec: GitSource) -> str:
    if spec.branch:
        return f"{_HEADS}{spec.branch}"
    if spec.tag:
        return f"{_TAGS}{spec.tag}"
    return spec.ref or "HEAD"


def _newest(semver: str, refs: Mapping[str, Ref], url: str) -> str:
    try:
        wanted = read_range(semver)
    except ValueError as error:
        raise SourceError(Reason.INVALID_SPEC, f"spec.source.git.semver: {error}") from None
    tags = [name.removeprefix(_TAGS) for name in refs if name.startswith(_TAGS)]
    found = newest(tags, wanted)
    if found is None:
        message = f"{url} has {len(tags)} tags, and none is a version in {semver}; what is applied stays"
        raise SourceError(Reason.VERSION_NOT_FOUND, message)
    return f"{_TAGS}{found}"


def _described(spec: GitSource) -> str:
    for word, value in (("branch", spec.branch), ("tag", spec.tag), ("ref", spec.ref)):
        if value:
            return f"{word} {value}"
    return "commit yet, or names no branch as its own"
