"""The files of a tar or tar.gz, or of a file without either: pure.

Members are read as a stream, and only regular files; nothing is ever extracted.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Mapping
from tarfile import EOFHeaderError, HeaderError  # type: ignore[attr-defined]
from typing import IO, Self, cast

from vidra.sources.file_names import is_bad, is_hidden, is_manifest
from vidra.sources.sandbox.errors import BrokenPackError, LimitError
from vidra.sources.sandbox.inflate import Data, Inflated

_TAR = slice(257, 262)
_SLICE = 64 * 1024
_MOST_REMARKS = 20
_GIT = ".git"


class _Strict(tarfile.TarInfo):
    """A member; what follows it is one as well, or the mark of the end.

    The library takes whatever else it finds for the end, and so a damaged archive for one with fewer files.
    """

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        """The next member.

        Raises:
            BrokenPackError: There is none, nor the mark of the end.
        """
        try:
            return super().fromtarfile(tarfile)
        except EOFHeaderError:
            raise
        except HeaderError:
            raise BrokenPackError("the archive is damaged, or not complete") from None


def _is_manifest(path: str) -> bool:
    return is_manifest(path.rpartition("/")[2]) and not _is_passed_over(path)


class Archive:
    """What is in it.

    Args:
        wanted: Which files are kept, by their paths.

    Raises:
        BrokenPackError: It cannot be read, or holds names that lead elsewhere.
        LimitError: There is more in it than Vidra reads.
    """

    def __init__(self, data: Data, limits: Mapping[str, int], wanted: Callable[[str], bool] = _is_manifest) -> None:
        self._limits = limits
        self._wanted = wanted
        self.files: dict[str, bytes] = {}
        """Those that are wanted, by path."""
        self.problems: dict[str, tuple[str, str]] = {}
        """Those that are wanted and not read: the limit, if it is one, and a sentence."""
        self.remarks: list[str] = []
        self.names: set[str] = set()
        """Of all files."""
        stream = Inflated(data, limits)
        try:
            with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|", tarinfo=_Strict) as found:
                for member in found:
                    self._take(found, member)
                    found.members.clear()  # type: ignore[attr-defined] # tarfile keeps them all
        except (tarfile.TarError, ValueError, OverflowError, EOFError):
            raise BrokenPackError("the archive cannot be read") from None
        while stream.read(_SLICE):
            pass  # only at its end a packed file says whether it is whole

    def _take(self, found: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = self._path(member)
        if not path or member.isdir() or _GIT in path.lower().split("/"):
            return
        if path in self.names:
            raise BrokenPackError(f"the archive holds {_shown(path)} twice")
        self.names.add(path)
        if not member.isreg():
            self._other(path, member)
        elif self._wanted(path):
            self._keep(found, member, path)

    def _path(self, member: tarfile.TarInfo) -> str:
        if len(self.names) >= self._limits["entries"]:
            raise LimitError("entries", "the archive holds more files and folders")
        names = [name for name in member.name.split("/") if name != "."]
        if names and names[-1] == "":
            names.pop()
        if any(is_bad(name) and name.lower() != _GIT for name in names):
            raise BrokenPackError(f"the archive holds the name {_shown(member.name)}, which Vidra does not read")
        if len(names) - 1 > self._limits["depth"]:
            raise LimitError("depth", "the archive holds folders deeper inside each other")
        return "/".join(names)

    def _other(self, path: str, member: tarfile.TarInfo) -> None:
        kind = "a link" if member.issym() or member.islnk() else "no file"
        if self._wanted(path):
            self.problems[path] = "", f"{path} is {kind}, and Vidra reads files alone; put the file in its place"
        elif not _is_passed_over(path) and len(self.remarks) < _MOST_REMARKS:
            self.remarks.append(f"{path} is left out: it is {kind}")

    def _keep(self, found: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
        if member.size > self._limits["file"]:
            self.problems[path] = "file", f"the file {path} has more bytes"
            return
        content = found.extractfile(member)
        self.files[path] = content.read() if content is not None else b""
        if len(self.files[path]) != member.size:
            raise BrokenPackError("the archive ends too early")


def _is_passed_over(path: str) -> bool:
    return any(map(is_hidden, path.split("/")))


def is_tar(data: Data, limits: Mapping[str, int]) -> bool:
    """Whether bytes, unpacked if they are packed, begin as an archive does."""
    return Inflated(data, limits).read(512)[_TAR] == b"ustar"


def _shown(name: str) -> str:
    return ascii(name if len(name) <= 60 else f"{name[:57]}...")
