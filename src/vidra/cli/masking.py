"""Takes secrets, and what only a server sets, out of an object that is going to be shown."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

MASK = "***"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""What kubectl apply remembers: the whole object once more, with the values of a Secret."""
_SERVER_SET = ("managedFields", "selfLink")


def shown(item: Json) -> Json:
    """The object without what nobody reads and with every secret value masked."""
    return masked(tidy(item))


def tidy(item: Json) -> Json:
    """The object without managedFields and without kubectl's copy of it."""
    metadata = {key: value for key, value in (item.get("metadata") or {}).items() if key not in _SERVER_SET}
    annotations = {
        key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key != LAST_APPLIED
    }
    return {**item, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}


def masked(item: Json) -> Json:
    """The object with the values of a Secret masked, also of those in the manifest of a VidraResource."""
    if is_secret(item):
        return {**item, **{key: _all_masked(item[key]) for key in ("data", "stringData") if item.get(key)}}
    spec = item.get("spec")
    if item.get("kind") == "VidraResource" and isinstance(spec, dict) and isinstance(spec.get("manifest"), str):
        return {**item, "spec": {**spec, "manifest": masked_text(spec["manifest"])}}
    return item


def masked_text(manifest: str) -> str:
    """A manifest as it stands, or written anew if it holds Secrets; what cannot be read may be one, and is left out."""
    from vidra.manifests import read
    from vidra.manifests.write import write

    if "ecret" not in manifest:
        return manifest
    reading = read(manifest)
    if not reading.problems and not any(is_secret(each.body) for each in reading.objects):
        return manifest
    return write(masked(each.body) for each in reading.objects)


def is_secret(item: Json) -> bool:
    """Whether it is a v1 Secret."""
    return item.get("kind") == "Secret" and item.get("apiVersion") == "v1"


def _all_masked(values: Any) -> Any:
    return dict.fromkeys(values, MASK) if isinstance(values, dict) else MASK
