"""A version as Python writes it and as Helm does; a release has the same number everywhere."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from toolchain.release.errors import ReleaseError

_FORM: Final = re.compile(r"(\d+\.\d+\.\d+)(?:(a|b|rc)(\d+)|\.(dev)(\d+))?")


class Version(msgspec.Struct, frozen=True):
    """What a person gives, such as ``1.2.3`` or ``1.2.3rc1``."""

    python: str
    """As PEP 440 writes it."""
    semantic: str
    """As Semantic Versioning writes it, for the chart: ``1.2.3-rc.1``."""

    @property
    def is_final(self) -> bool:
        """Whether it is no preview of another."""
        return self.python == self.semantic


def parse(text: str) -> Version:
    """Return the version.

    Raises:
        ReleaseError: It is none of the form.
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise ReleaseError(f"{text!r} is no version: write it as 1.2.3, 1.2.3rc1 or 1.2.3.dev0.")
    number, kind, count, dev, dev_count = found.groups()
    preview = f"-{kind or dev}.{count or dev_count}" if kind or dev else ""
    return Version(text, f"{number}{preview}")
