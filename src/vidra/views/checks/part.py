"""The parts of `vidra check`."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """What can be asked for alone, in the order of the checks."""

    SERVER = "server"
    CRDS = "crds"
    OPERATOR = "operator"
    RIGHTS = "rights"
    SETTINGS = "settings"
    SOURCES = "sources"
    DESTINATIONS = "destinations"
