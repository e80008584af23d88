"""Whether objects of a kind that a cluster does not serve now may still exist.

Invariant: what cannot be seen is not deleted. Objects outlive the version that they were applied under: another version
of the kind shows them under the same UID. They are deleted with their CRD, and only with it.
"""

from __future__ import annotations

import msgspec

from vidra.apply.desired.order import is_builtin
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError
from vidra.kube.partial_metadata import METADATA_LIST, LiveList
from vidra.manifests import Ref

DEFINITIONS = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", False)


class _Names(msgspec.Struct, frozen=True):
    kind: str = ""
    plural: str = ""


class _Version(msgspec.Struct, frozen=True):
    name: str = ""
    served: bool = False


class _Spec(msgspec.Struct, frozen=True):
    group: str = ""
    scope: str = ""
    names: _Names = _Names()
    versions: tuple[_Version, ...] = ()


class _Condition(msgspec.Struct, frozen=True):
    type: str = ""
    status: str = ""


class _Status(msgspec.Struct, frozen=True):
    conditions: tuple[_Condition, ...] = ()


class Definition(msgspec.Struct, frozen=True):
    """What is read of a CustomResourceDefinition."""

    spec: _Spec = _Spec()
    status: _Status = _Status()

    @property
    def established(self) -> bool:
        """Whether objects of its kind may ever have existed."""
        return any(item.type == "Established" and item.status == "True" for item in self.status.conditions)

    @property
    def kind(self) -> Kind | None:
        """Its kind under a served version; None when none is served."""
        served = next((version.name for version in self.spec.versions if version.served), None)
        if served is None:
            return None
        names = self.spec.names
        return Kind(f"{self.spec.group}/{served}", names.kind, names.plural, namespaced=self.spec.scope == "Namespaced")


async def hidden(client: Client, ref: Ref) -> str:
    """Why an object of a kind that is served under no version may still exist; empty when it was deleted.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: The cluster refuses access.
    """
    if is_builtin(ref.group):
        return "the API server serves this kind no longer, and may still store it"
    try:
        found = await client.get(DEFINITIONS.path(), LiveList, accept=METADATA_LIST)
        names = [item.metadata.name for item in found.items or () if item.metadata.name.endswith(f".{ref.group}")]
        for name in names:
            definition = await client.get(DEFINITIONS.path(name=name), Definition)
            if definition.spec.names.kind == ref.kind:
                return f"its definition {name} is there, but the cluster does not show the objects now"
    except ApiError as error:
        if error.forbidden:
            return "Vidra may not see whether its definition is gone too"
        if not error.not_found:
            raise
        return "its definition is changing"
    return ""
