"""Which versions of operator, CRDs and Kubernetes are at work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from vidra.api.names import API_VERSION, GROUP
from vidra.kube.errors import ApiError, KubeError

T = TypeVar("T")


class CanRead(Protocol):
    """`vidra.kube.reader.Reader`."""

    def get(self, path: str, kind: type[T]) -> T:
        """Read one resource."""


def kubernetes_version(reader: CanRead) -> str:
    """Of the API server.

    Raises:
        KubeError: It is not known.
    """
    answer: dict[str, Any] = reader.get("/version", dict)
    return str(answer.get("gitVersion", "unknown"))


def crd_versions(reader: CanRead) -> str:
    """The versions of Vidra's API that the cluster serves."""
    try:
        answer: dict[str, Any] = reader.get(f"/apis/{GROUP}", dict)
    except KubeError as error:
        missing = isinstance(error, ApiError) and error.not_found
        return "not installed: vidra install" if missing else f"unknown: {error}"
    served = [str(each.get("groupVersion", "")) for each in answer.get("versions") or ()]
    return ", ".join(served) if API_VERSION in served else f"{', '.join(served)}, not {API_VERSION}: vidra install"


def operator_versions(versions: Sequence[str], sentence: str) -> str:
    """The versions of those who work; without any, why."""
    return ", ".join(sorted(set(versions))) or sentence
