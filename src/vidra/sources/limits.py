"""How much of a source is read, how long, and how each limit is raised."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from vidra.api.reasons import Reason
from vidra.sources.protocol import SourceError
from vidra.sources.transport.limits import MIB, TransportLimits

_SIZE = re.compile(r"(\d{1,12})(Ki|Mi|Gi)?")
_FACTORS = {None: 1, "Ki": 1024, "Mi": MIB, "Gi": 1024 * MIB}


class SourceLimits(TransportLimits, frozen=True):
    """Limits of every source but Infrahub. Sizes are in bytes, times in seconds."""

    received: int = 64 * MIB
    """Of one download. All downloads of a moment may be twice as much together."""
    unpacked: int = 128 * MIB
    """What the files of one download may be together."""
    ratio: int = 200
    """How many times larger than the archive what is in it may be; what is below 16 MiB may be any number of times."""
    entries: int = 200_000
    """Files and folders that are looked at."""
    units: int = 256
    """Folders that `paths` may match."""
    files: int = 5_000
    """Manifest files of all units."""
    file: int = 4 * MIB
    """One manifest file."""
    text: int = 8 * MIB
    """The files of one unit together."""
    depth: int = 32
    """Folders inside each other."""
    memory: int = 384 * MIB
    """Of the process that reads a repository."""
    cpu: int = 60
    """Seconds of the processor for that process."""
    download: float = 120.0
    """Seconds for one download, with reading what came."""

    def exceeded(self, name: str, what: str) -> SourceError:
        """The error of a source that is beyond one of the limits.

        Args:
            name: Of the limit.
            what: What is beyond it: `the folder apps holds more files`.
        """
        return SourceError(Reason.TOO_LARGE, self.sentence(name, what))

    def sentence(self, name: str, what: str) -> str:
        """The same as a text."""
        return f"{what} than {getattr(self, name):,}; make it less, or raise the limit: `--source-limit {name}=…`"


SOURCE_LIMITS = SourceLimits()


def read_limits(texts: Iterable[str], limits: SourceLimits = SOURCE_LIMITS) -> SourceLimits:
    """Limits with some of them changed.

    Args:
        texts: Such as `files=10000` and `received=512Mi`.

    Raises:
        ValueError: One of them is no limit.
    """
    changed: dict[str, int] = {}
    for text in texts:
        name, _, value = text.partition("=")
        size = _SIZE.fullmatch(value.strip())
        if name not in NAMES or size is None or not int(size[1]):
            raise ValueError(f"{text!r} is no limit: write NAME=NUMBER (Ki, Mi, Gi) with one of {', '.join(NAMES)}")
        changed[name] = int(size[1]) * _FACTORS[size[2]]
    return msgspec.structs.replace(limits, **changed)


NAMES = tuple(field for field in SourceLimits.__struct_fields__ if field not in {"attempts", "backoff"})
"""What a person may change."""
