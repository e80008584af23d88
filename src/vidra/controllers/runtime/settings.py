"""The settings that a person changes while Vidra runs: the ConfigMap labelled app=vidra."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta

import msgspec

from vidra.api.times import parse_interval
from vidra.apply.health.custom_rules import parse
from vidra.kube.types import ConfigMap


class Settings(msgspec.Struct, frozen=True):
    """What the ConfigMap says, or its defaults."""

    sync_interval: timedelta = timedelta(minutes=1)
    """How often Infrahub is polled (`requeueSyncAfter`)."""
    resource_interval: timedelta = timedelta(minutes=10)
    """How often objects are compared with their manifest (`requeueResourcesAfter`)."""
    query_name: str = "ArtifactIDs"
    """The query stored in Infrahub (`queryName`)."""
    event_based: bool = False
    """Revert drift as soon as it is seen, for every sync (`eventBasedReconcile`)."""
    health_rules: str = ""
    """The users' health rules for kinds (`healthRules`), as a YAML list."""
    label_namespaces: tuple[str, ...] = ()
    """Existing Namespaces that artifacts may label (`labelNamespaces`), by name."""
    other_vidras: tuple[str, ...] = ()
    """Hubs of other Vidras that share objects with this one (`otherVidras`); `*`: any."""
    log_level: str = ""
    """Lowest level that is logged (`logLevel`); empty: the one that the operator was started with."""


KEYS = {
    "requeueSyncAfter": "sync_interval",
    "requeueResourcesAfter": "resource_interval",
    "queryName": "query_name",
    "eventBasedReconcile": "event_based",
    "healthRules": "health_rules",
    "labelNamespaces": "label_namespaces",
    "otherVidras": "other_vidras",
    "logLevel": "log_level",
}
"""Keys of the ConfigMap, with the settings that they stand for."""


NEVER_READ = {"requeueResourceAfter": "requeueResourcesAfter"}
"""Keys that the first Vidra's own command wrote, and that no Vidra ever read; and what they should be called."""
_ZERO = re.compile(r"0+(\.0+)?(ms|s|m|h)?")


def chosen(candidates: Iterable[ConfigMap], namespace: str) -> ConfigMap | None:
    """The ConfigMap that is used: the oldest one in Vidra's own namespace with keys of Vidra."""
    known = [item for item in candidates if is_settings(item) and item.metadata.namespace == namespace]
    return min(known, key=lambda item: (item.metadata.creation_timestamp, item.metadata.uid), default=None)


def is_settings(item: ConfigMap) -> bool:
    """Whether a ConfigMap with the label is meant for Vidra at all."""
    return bool((KEYS.keys() | NEVER_READ.keys()) & item.data.keys())


def read(data: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """The settings, and the errors in keys whose defaults stay in force."""
    settings, complaints = Settings(), []
    for key, field in (("requeueSyncAfter", "sync_interval"), ("requeueResourcesAfter", "resource_interval")):
        if key in data:
            try:
                settings = msgspec.structs.replace(settings, **{field: parse_interval(data[key].strip())})
            except ValueError as error:
                hint = _NOT_NEVER if _ZERO.fullmatch(data[key].strip()) else ""
                complaints.append(f"{key}: {error}{hint}; the default stays in force")
    complaints += [
        f"{key} was never read, by no Vidra: rename it to {right}" for key, right in NEVER_READ.items() if key in data
    ]
    if name := data.get("queryName", "").strip():
        settings = msgspec.structs.replace(settings, query_name=name)
    elif "queryName" in data:
        complaints.append(f"queryName is empty; {settings.query_name} stays in force")
    lists = {field: _names(data[key]) for key, field in _LISTS.items() if key in data}
    settings = msgspec.structs.replace(settings, **lists)
    if rules := data.get("healthRules", "").strip():
        _, found = parse(rules)
        settings = msgspec.structs.replace(settings, health_rules=rules)
        complaints += [f"healthRules: {complaint}" for complaint in found]
    for key, field, words, hint in _WORDS:
        value = words.get(data.get(key, "").strip().lower())
        if value is not None:
            settings = msgspec.structs.replace(settings, **{field: value})
        elif key in data:
            complaints.append(f"{key}: write {hint}; the default stays in force")
    return settings, tuple(complaints)


_NOT_NEVER = " (0 meant never in the first Vidra; write a long one, such as 24h, or suspend what should rest)"


def _names(text: str) -> tuple[str, ...]:
    """Names with spaces or commas between."""
    return tuple(text.replace(",", " ").split())


_LISTS = {"labelNamespaces": "label_namespaces", "otherVidras": "other_vidras"}
"""Keys with lists of names."""
_FLAGS = {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False}
_LEVELS = {level: level for level in ("debug", "info", "warning", "error")}
_WORDS: tuple[tuple[str, str, Mapping[str, bool | str], str], ...] = (
    ("eventBasedReconcile", "event_based", _FLAGS, "true or false"),
    ("logLevel", "log_level", _LEVELS, "debug, info, warning or error"),
)
"""Keys with a few allowed words: the setting, the words with their values, and the error for any other word."""
