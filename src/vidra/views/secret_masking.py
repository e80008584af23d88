"""Takes secrets, and what only a server sets, out of an object that is going to be shown."""

from __future__ import annotations

from typing import Any

from vidra.api.names import GROUP
from vidra.manifests import read
from vidra.manifests.write import write

Json = dict[str, Any]

MASK = "***"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation of kubectl apply: the whole object once more, with the values of a Secret."""
_SERVER_SET = ("managedFields", "selfLink")
_VALUES = ("data", "stringData")
"""Where a Secret has its values."""
_PLAIN = frozenset({"apiVersion", "kind", "metadata", "type", "immutable", *_VALUES})
"""The fields that a Secret has. Whatever else somebody wrote there may be a value at the wrong place."""
_PLAIN_ANNOTATIONS = ("meta.helm.sh/release-", "kubernetes.io/service-account.")
"""How the names of annotations begin that hold no value of a Secret, besides Vidra's own. All others may: kubectl's
`last-applied-configuration` does."""


def shown(item: Json) -> Json:
    """The object without fields that nobody reads, and with every secret value masked."""
    return masked(tidy(item))


def tidy(item: Json) -> Json:
    """The object without managedFields and without kubectl's copy of it."""
    metadata = {key: value for key, value in (item.get("metadata") or {}).items() if key not in _SERVER_SET}
    annotations = {
        key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key != LAST_APPLIED
    }
    return {**item, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}


def masked(item: Json) -> Json:
    """The object with the values of a Secret masked, also those in the manifest of a VidraResource."""
    if is_secret(item):
        rest = _without_hidden_values(item)
        return {**rest, **{field: _masked_values(item[field]) for field in _VALUES if item.get(field)}}
    spec = item.get("spec")
    if item.get("kind") == "VidraResource" and isinstance(spec, dict) and isinstance(spec.get("manifest"), str):
        return {**item, "spec": {**spec, "manifest": masked_text(spec["manifest"])}}
    return item


def masked_text(manifest: str) -> str:
    """A manifest unchanged, or rewritten if it holds Secrets. An unreadable document may be one, and is left out."""
    if "ecret" not in manifest:
        return manifest
    reading = read(manifest)
    if not reading.problems and not any(is_secret(each.body) for each in reading.objects):
        return manifest
    return write(masked(each.body) for each in reading.objects)


def is_secret(item: Json) -> bool:
    """Whether it is a Secret of the core group, in whatever version."""
    return item.get("kind") == "Secret" and "/" not in str(item.get("apiVersion") or "")


def masked_sides(before: Json | None, after: Json | None) -> tuple[Json | None, Json | None]:
    """Both sides of a change with the values of a Secret masked; a value that differs is marked, but not shown."""
    if not any(side is not None and is_secret(side) for side in (before, after)):
        return before, after
    return _masked_side(before, after, "before"), _masked_side(after, before, "after")


def _masked_side(item: Json | None, other: Json | None, mark: str) -> Json | None:
    if item is None:
        return None
    others = {field: (other or {}).get(field) for field in _VALUES}
    rest = _without_hidden_values(item)
    return {**rest, **{field: _masked_values(item[field], others[field], mark) for field in _VALUES if item.get(field)}}


def _without_hidden_values(secret: Json) -> Json:
    """A Secret with masks in the annotations and fields in which a value may hide, besides where it belongs."""
    rest = {field: value if field in _PLAIN else MASK for field, value in secret.items()}
    metadata = rest.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("annotations"), dict):
        return rest
    annotations = {
        name: value if _is_plain_annotation(str(name)) else MASK for name, value in metadata["annotations"].items()
    }
    return {**rest, "metadata": {**metadata, "annotations": annotations}}


def _is_plain_annotation(name: str) -> bool:
    group = name.partition("/")[0]
    return group == GROUP or group.endswith(f".{GROUP}") or name.startswith(_PLAIN_ANNOTATIONS)


def _masked_values(values: Any, others: Any = None, mark: str = "") -> Any:
    """The mask in the place of each value.

    Args:
        others: The values of the other side, if there is one.
        mark: Stands behind the mask of a value that is another there.
    """
    if not isinstance(values, dict):
        return MASK
    known = others if isinstance(others, dict) else {}
    return {key: f"{MASK} ({mark})" if key in known and known[key] != value else MASK for key, value in values.items()}
