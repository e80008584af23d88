"""An object as YAML that people read: without secrets, and no longer than a page can show. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from vidra.api.names import RESOURCE_KIND
from vidra.manifests.write import write
from vidra.views.secret_masking import shown

Json = dict[str, Any]

LONGEST = 256 * 1024
"""Characters."""
LONGEST_VALUE = 4_096
"""Characters of one value, but for the manifest of a VidraResource."""


class YamlText(msgspec.Struct, frozen=True):
    """The text of an object."""

    text: str
    left_out: str = ""
    """What it does not show, in a sentence; empty when that is nothing."""


def yaml_text(item: Json) -> YamlText:
    """The text of an object. The inventory of a VidraResource, which is a table of its own, is left out."""
    left_out: list[str] = []
    body = shown(item)
    status = body.get("status")
    if body.get("kind") == RESOURCE_KIND and isinstance(status, dict) and status.get("managedResources"):
        left_out.append(f"the {len(status['managedResources'])} entries of status.managedResources")
        body = {**body, "status": {key: value for key, value in status.items() if key != "managedResources"}}
    text = write([_short(body, left_out, "")]).removeprefix("---\n")
    if len(text) > LONGEST:
        left_out.append(f"the last {len(text) - LONGEST:,} characters")
        text = text[:LONGEST]
    return YamlText(text, f"not shown: {', '.join(left_out[:5])}" if left_out else "")


def _short(value: Any, left_out: list[str], path: str) -> Any:
    if isinstance(value, dict):
        return {key: _short(inner, left_out, f"{path}.{key}" if path else str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner, left_out, f"{path}[{number}]") for number, inner in enumerate(value)]
    if isinstance(value, str) and len(value) > LONGEST_VALUE and path != "spec.manifest":
        left_out.append(f"most of {path} ({len(value):,} characters)")
        return f"{value[:LONGEST_VALUE]}…"
    return value
