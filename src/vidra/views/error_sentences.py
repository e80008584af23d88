"""Errors that are no fault of Vidra, each as one sentence for a person."""

from __future__ import annotations

from vidra.clusters.errors import ClusterError
from vidra.kube.connection import NotConfiguredError
from vidra.kube.errors import ApiError, KubeError
from vidra.sources.protocol import SourceError
from vidra.views.errors import ViewError

EXPECTED = (ViewError, KubeError, NotConfiguredError, SourceError, ClusterError)


def sentence(error: BaseException) -> str | None:
    """The message for a person; None for a fault of Vidra."""
    if isinstance(error, ApiError) and error.unauthorized:
        return f"the API server does not take these credentials ({error}): log in again, or choose another --context"
    return str(error) if isinstance(error, EXPECTED) else None
