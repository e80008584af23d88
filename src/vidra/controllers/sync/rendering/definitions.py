"""`crds: Create`: definitions of a chart that are there stay as they are: pure."""

from __future__ import annotations

from vidra.api.names import PRUNE
from vidra.manifests import ManifestObject, read
from vidra.manifests.write import write

_KEEP = "helm.sh/resource-policy"


def keep_definitions(text: bytes, before: bytes) -> bytes:
    """A text with the definitions of the text before it, where both have one of the name."""
    new = read(text)
    if new.problems or not any(map(_of_chart, new.objects)):
        return text
    old = {item.ref: item.body for item in read(before).objects if _of_chart(item)}
    if not any(_of_chart(item) and item.ref in old and item.body != old[item.ref] for item in new.objects):
        return text
    bodies = [old.get(item.ref, item.body) if _of_chart(item) else item.body for item in new.objects]
    return write(bodies).encode()


def _of_chart(item: ManifestObject) -> bool:
    """Whether an object is from the folder `crds`: such are marked as never pruned, and by nobody else."""
    notes = item.body.get("metadata", {}).get("annotations", {})
    return item.ref.kind == "CustomResourceDefinition" and notes.get(PRUNE) == "disabled" and _KEEP not in notes
