"""Commits and trees of Git: pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from vidra.sources.sandbox.errors import BrokenPackError

FOLDER, LINK, SUBMODULE = 0o040000, 0o120000, 0o160000
_KIND = 0o170000
_AUTHOR = re.compile(rb"^author ([^\n]*?>) ", re.MULTILINE)


class Entry(NamedTuple):
    """One name in a tree."""

    name: str
    kind: int
    """FOLDER, LINK, SUBMODULE, or anything else for a file."""
    identity: bytes


class Commit(NamedTuple):
    """What is read of a commit."""

    tree: bytes
    author: str
    """`Name <mail>`, as it was written."""


def read_commit(content: bytes) -> Commit:
    """What a commit says.

    Raises:
        BrokenPackError: It is none.
    """
    head = content.split(b"\n\n", 1)[0]
    try:
        tree = bytes.fromhex(head[5:45].decode())
    except ValueError:
        tree = b""
    if not head.startswith(b"tree ") or len(tree) != 20:
        raise BrokenPackError("the commit cannot be read")
    author = _AUTHOR.search(head)
    return Commit(tree, author[1].decode(errors="replace") if author else "")


def read_tree(content: bytes) -> list[Entry]:
    """The names in a tree. One that is no UTF-8 has characters in it that no honest name has.

    Raises:
        BrokenPackError: It is none.
    """
    found, place = [], 0
    while place < len(content):
        space = content.find(b" ", place, place + 8)
        end = content.find(b"\0", space)
        try:
            mode = int(content[place:space], 8)
        except ValueError:
            mode = 0
        if space < 0 or end < 0 or not mode or end + 21 > len(content):
            raise BrokenPackError("a folder of the repository cannot be read")
        name = content[space + 1 : end].decode(errors="surrogateescape")
        found.append(Entry(name, mode & _KIND, content[end + 1 : end + 21]))
        place = end + 21
    return found
