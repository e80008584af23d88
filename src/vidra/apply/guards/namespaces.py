"""What a manifest may change in an existing Namespace: pure.

Such a Namespace is joined, and its labels would change: those of Pod Security Admission decide what every Pod in it may
do, and the system's own Namespaces belong to nobody. Both need the Namespace's name in the settings.
"""

from __future__ import annotations

from collections.abc import Collection

from vidra.api.names import GROUP
from vidra.apply.desired.object import DesiredObject
from vidra.apply.field_owner import Owner
from vidra.apply.pruner import PROTECTED

POD_SECURITY = "pod-security.kubernetes.io/"
SETTING = "labelNamespaces"
"""Key of the settings that lists the names."""


def refusal(item: DesiredObject, owner: Owner, allowed: Collection[str]) -> str:
    """Why a Namespace is not joined as the manifest has it; empty when it is.

    Args:
        owner: The owner, whose marks do not count.
        allowed: Names of Namespaces that artifacts may label all the same.
    """
    if item.ref.name in allowed:
        return ""
    said = _said(item, owner)
    if item.ref.name not in PROTECTED:
        said = [field for field in said if field.startswith(f"label {POD_SECURITY}")]
    if not said:
        return ""
    return (
        f"{', '.join(said)}: the Namespace was there before, and this is changed only if its name is listed in the "
        f"setting {SETTING}. Take it out of the artifact, or have it listed. What is there stays as it is"
    )


def _said(item: DesiredObject, owner: Owner) -> list[str]:
    """All that the manifest sets besides the name and the owner's marks."""
    metadata = item.body["metadata"]
    labels = sorted(metadata["labels"].keys() - owner.labels.keys())
    annotations = sorted(key for key in metadata["annotations"] if not _is_vidras(key))
    rest = sorted(metadata.keys() - {"name", "labels", "annotations"})
    spec = sorted(item.body.keys() - {"apiVersion", "kind", "metadata", "status"})
    return [
        *(f"label {key}" for key in labels),
        *(f"annotation {key}" for key in annotations),
        *(f"metadata.{key}" for key in rest),
        *spec,
    ]


def _is_vidras(key: str) -> bool:
    """Whether an annotation is for Vidra, or is its mark: nothing else reads it."""
    return key.partition("/")[0].endswith(f".{GROUP}")
