"""What a server of Git says of itself, and its refs, in version 2 of the protocol and before: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from vidra.sources.git.pkt_line import Mark, NoPacketsError, Packet, packets

_AGENT = "agent=vidra"


class Ref(msgspec.Struct, frozen=True):
    """One ref."""

    identity: str
    """Id of the object that it names."""
    peeled: str = ""
    """Id of what an annotated tag is for; empty: it is none."""
    target: str = ""
    """The ref that it stands for, if it is a symbolic one."""

    @property
    def commit(self) -> str:
        """Id of the commit."""
        return self.peeled or self.identity


class Advertisement(msgspec.Struct, frozen=True):
    """What a server says when it is greeted."""

    version: int
    capabilities: tuple[str, ...]
    refs: dict[str, Ref] = {}
    """Before version 2: all of them."""

    @property
    def filters(self) -> bool:
        """Whether it can leave out files."""
        return self.version == 2 and "filter" in self._values("fetch")

    @property
    def shallow(self) -> bool:
        """Whether it can leave out the history."""
        return "shallow" in (self._values("fetch") if self.version == 2 else self.capabilities)

    @property
    def object_format(self) -> str:
        """Which ids it uses."""
        return next(iter(self._values("object-format")), "sha1")

    def _values(self, name: str) -> Sequence[str]:
        return next((text.partition("=")[2].split() for text in self.capabilities if text.startswith(f"{name}=")), ())


def read_advertisement(found: Sequence[Packet]) -> Advertisement:
    """A greeting.

    Raises:
        NoPacketsError: It is none.
    """
    lines = [_line(item) for item in _without_service(found) if not isinstance(item, Mark)]
    if lines and lines[0] == "version 2":
        return Advertisement(2, tuple(lines[1:]))
    if lines and lines[0] == "version 1":
        lines = lines[1:]
    return _older(lines)


def _without_service(found: Sequence[Packet]) -> Sequence[Packet]:
    """Over HTTP, a line about the service comes first."""
    if found and isinstance(found[0], bytes) and found[0].startswith(b"# service="):
        return found[1:]
    return found


def _older(lines: Sequence[str]) -> Advertisement:
    if not lines or "\0" not in lines[0]:
        raise NoPacketsError("the answer is not in Git's protocol")
    first, _, capabilities = lines[0].partition("\0")
    known = tuple(capabilities.split())
    symbolic = dict(
        item.removeprefix("symref=").split(":", 1) for item in known if item.startswith("symref=") and ":" in item
    )
    refs: dict[str, Ref] = {}
    for line in (first, *lines[1:]):
        identity, _, name = line.partition(" ")
        if name.endswith("^{}"):
            name = name[:-3]
            refs[name] = Ref(refs[name].identity if name in refs else identity, identity)
        elif name and identity != "shallow":
            refs[name] = Ref(identity, target=symbolic.get(name, ""))
    refs.pop("capabilities", None)
    return Advertisement(0, known, refs)


def ls_refs(prefixes: Iterable[str]) -> bytes:
    """The request of version 2 for the refs whose names start so."""
    asked = (f"ref-prefix {prefix}\n" for prefix in prefixes)
    return packets(
        ("command=ls-refs\n", _AGENT, "object-format=sha1", Mark.DELIMITER, "peel\n", "symrefs\n", *asked, Mark.FLUSH)
    )


def read_refs(found: Iterable[Packet]) -> dict[str, Ref]:
    """The answer to that.

    Raises:
        NoPacketsError: It is none.
    """
    refs: dict[str, Ref] = {}
    for item in found:
        if item is Mark.FLUSH:
            return refs
        if isinstance(item, Mark):
            break
        identity, *rest = _line(item).split(" ")
        if not rest or len(identity) != 40:
            break
        more = dict(part.partition(":")[::2] for part in rest[1:])
        refs[rest[0]] = Ref(identity, more.get("peeled", ""), more.get("symref-target", ""))
    raise NoPacketsError("the list of refs cannot be read")


def _line(item: bytes) -> str:
    return item.decode(errors="replace").rstrip("\n")


def error_of(found: Iterable[Packet]) -> Iterator[str]:
    """What packets say is wrong."""
    for item in found:
        if isinstance(item, bytes) and item.startswith(b"ERR "):
            yield _line(item[4:])
