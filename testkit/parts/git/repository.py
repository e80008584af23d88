"""A bare repository that a test writes commits into, with any tree, also such as Git itself would not make."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """What is neither a plain file nor a folder."""

    mode: str
    """120000: a link; 160000: a submodule."""
    content: str
    """Where a link leads, or the commit of a submodule."""


Files = Mapping[str, str | bytes | Entry | None]


class Repository:
    """A repository.

    Args:
        folder: Where it is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "-q", "--bare", "-b", "main")
        self.configure("uploadpack.allowFilter", "true")

    def git(self, *arguments: str, data: bytes = b"") -> str:
        """What a command of Git prints."""
        command = ("git", "-C", str(self.folder), *arguments)
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode().strip()  # noqa: S603 - Git's own

    def configure(self, key: str, value: str) -> None:
        """Set something of the server's."""
        self.git("config", key, value)

    def commit(
        self, files: Files, *, branch: str = "main", message: str = "a change", author: str = "Ada <ada@example.com>"
    ) -> str:
        """A commit on top of a branch; what is None is removed. Its id."""
        ref = f"refs/heads/{branch}"
        lines = [f"commit {ref}\ncommitter {author} 1700000000 +0000\ndata {len(message)}\n{message}\n".encode()]
        if self.git("for-each-ref", ref):
            lines.append(f"from {ref}^0\n".encode())
        lines += [_change(path, content) for path, content in files.items()]
        self.git("fast-import", "--quiet", "--force", data=b"".join(lines))
        return self.head(branch)

    def head(self, branch: str = "main") -> str:
        """The commit of a branch."""
        return self.git("rev-parse", f"refs/heads/{branch}")

    def tag(self, name: str, commit: str = "main", *, annotated: bool = False) -> None:
        """Name a commit."""
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        self.git(*who, "tag", "-f", *(("-a", "-m", name) if annotated else ()), name, commit)

    def blob(self, content: bytes) -> str:
        """Store a file without a name."""
        return self.git("hash-object", "-w", "--stdin", data=content)

    def tree(self, *entries: tuple[str, bytes, str]) -> str:
        """Store a folder of any kind: mode, name and id of each entry; Git does not check it."""
        raw = b"".join(
            mode.encode() + b" " + name + b"\0" + bytes.fromhex(identity) for mode, name, identity in entries
        )
        return self.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", data=raw)

    def publish(self, tree: str, branch: str = "main") -> str:
        """Make a folder the content of a branch."""
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        commit = self.git(*who, "commit-tree", "-m", "a tree", tree)
        self.git("update-ref", f"refs/heads/{branch}", commit)
        return commit


def _change(path: str, content: str | bytes | Entry | None) -> bytes:
    if content is None:
        return f"D {path}\n".encode()
    if isinstance(content, Entry) and content.mode == "160000":
        return f"M 160000 {content.content} {path}\n".encode()
    mode, text = (content.mode, content.content) if isinstance(content, Entry) else ("100644", content)
    data = text.encode() if isinstance(text, str) else text
    return f"M {mode} inline {path}\ndata {len(data)}\n".encode() + data + b"\n"
