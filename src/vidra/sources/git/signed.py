"""Whether a key that counts signed a commit, or the tag that names it: pure.

Invariant: what is verified is the object that is used. Its id is computed from the bytes that were signed, and the
folders are read from the tree that these bytes name. A tag has to name this commit, and to be called what the spec asks
for: the tag of an old version, signed long ago, is no other version because somebody moved it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from vidra.api.quoting import one_line
from vidra.api.sources import GitSource, VerifyMode
from vidra.sources.git.revision import Head
from vidra.sources.signatures.keys import Keys, library
from vidra.sources.signatures.ssh import BEGIN, SignatureError, check

_HEADERS = (b"gpgsig ", b"gpgsig-sha256 ")
_OTHERS = {b"-----BEGIN PGP SIGNATURE-----": "PGP", b"-----BEGIN SIGNED MESSAGE-----": "X.509"}
_LONGEST = 200


class Signed(msgspec.Struct, frozen=True):
    """The objects that may be signed, as they are in the repository."""

    commit: bytes = b""
    tag: bytes = b""
    """Empty when the commit is not named by an annotated tag."""


def verify(spec: GitSource, head: Head, signed: Signed, keys: Keys, now: datetime) -> None:
    """Check what a spec wants to be signed.

    Raises:
        SourceError: It is not signed by a key that counts.
    """
    assert spec.verify is not None
    library()
    of_tag = spec.verify.mode is VerifyMode.TAG
    what = f"the {'tag' if of_tag else 'commit'} {one_line(head.revision, _LONGEST)} of {spec.url}"
    try:
        if of_tag:
            _check_tag(head, signed, keys, now)
        else:
            _check_commit(head, signed, keys, now)
    except SignatureError as error:
        raise keys.failed(what, str(error)) from None


def _check_commit(head: Head, signed: Signed, keys: Keys, now: datetime) -> None:
    _check_id(signed.commit, "commit", head.commit)
    message, signature = of_commit(signed.commit)
    check(_of_ssh(signature), message, keys.keys, "git", now)


def _check_tag(head: Head, signed: Signed, keys: Keys, now: datetime) -> None:
    if not head.tag:
        raise SignatureError("no annotated tag names it, and only such a one can be signed")
    _check_id(signed.tag, "tag", head.tag)
    message, signature = of_tag(signed.tag)
    check(_of_ssh(signature), message, keys.keys, "git", now)
    lines = message.split(b"\n\n", 1)[0].split(b"\n")
    if lines[:3] != [f"object {head.commit}".encode(), b"type commit", f"tag {head.name}".encode()]:
        raise SignatureError("what was signed is the tag of another commit, or has another name")


def of_commit(content: bytes) -> tuple[bytes, bytes]:
    """What was signed of a commit, and its signature; empty when it has none.

    Raises:
        SignatureError: It has more than one.
    """
    head, blank, body = content.partition(b"\n\n")
    kept: list[bytes] = []
    signatures: list[list[bytes]] = []
    inside = False
    for line in head.split(b"\n"):
        if inside and line.startswith(b" "):
            signatures[-1].append(line[1:])
            continue
        inside = line.startswith(_HEADERS)
        if inside:
            signatures.append([line.partition(b" ")[2]])
        else:
            kept.append(line)
    if len(signatures) > 1:
        raise SignatureError("it has more than one signature")
    return b"\n".join(kept) + blank + body, b"\n".join(signatures[0]) if signatures else b""


def of_tag(content: bytes) -> tuple[bytes, bytes]:
    """What was signed of a tag, and its signature; empty when it has none. The last one counts, as for Git."""
    marks = (BEGIN, *_OTHERS)
    places = [content.rfind(b"\n" + mark) + 1 for mark in marks]
    place = max(places)
    return (content[:place], content[place:]) if place else (content, b"")


def _of_ssh(signature: bytes) -> bytes:
    """A signature of the kind that is read.

    Raises:
        SignatureError: It is another one, or there is none.
    """
    if not signature:
        raise SignatureError("it is not signed")
    for begin, name in _OTHERS.items():
        if signature.startswith(begin):
            raise SignatureError(f"it is signed with {name}, and only signatures of ssh are verified")
    return signature


def _check_id(content: bytes, kind: str, wanted: str) -> None:
    """Check that an object is the one with an id.

    Raises:
        SignatureError: It is not.
    """
    if hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest() != wanted:
        raise SignatureError("the server gave another object")
