"""Where syncs and VidraResources are at the API server. Quick to import."""

from __future__ import annotations

from vidra.api.names import PATHS, RESOURCE_KIND
from vidra.kube.errors import ApiError
from vidra.views.errors import ViewError

RESOURCES = PATHS[RESOURCE_KIND]


def not_installed(error: ApiError) -> Exception:
    """The error to raise instead of a 404 for a whole kind."""
    if error.not_found:
        return ViewError("this cluster does not know Vidra: install it (vidra install), or choose another --context")
    return error
