"""The settings in force, and where each comes from: pure."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from vidra.controllers.runtime.settings import KEYS, read
from vidra.kube.types import ConfigMap


class Setting(msgspec.Struct, frozen=True):
    """A setting."""

    key: str
    value: str
    source: str
    """The ConfigMap, as namespace/name; empty when it is the default."""


class SettingsInForce(msgspec.Struct, frozen=True):
    """All of them."""

    settings: tuple[Setting, ...]
    complaints: tuple[str, ...]
    """What is wrong with the ConfigMap; the default is used instead."""


def settings_in_force(source: ConfigMap | None) -> SettingsInForce:
    """The settings in force.

    Args:
        source: The ConfigMap that counts, if there is one.
    """
    data = source.data if source else {}
    where = f"{source.metadata.namespace}/{source.metadata.name}" if source else ""
    values, complaints = read(data)
    bad = {item.partition(":")[0].partition(" ")[0] for item in complaints}
    return SettingsInForce(
        tuple(
            Setting(key, _written(getattr(values, field)), where if key in data.keys() - bad else "")
            for key, field in KEYS.items()
        ),
        tuple(complaints),
    )


def _written(value: object) -> str:
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}s"
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
