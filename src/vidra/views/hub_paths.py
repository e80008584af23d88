"""Where syncs and VidraResources are at the API server. Quick to import."""

from __future__ import annotations

from vidra.api.names import API_VERSION, RESOURCE_KIND, RESOURCE_PLURAL, SYNC_KIND, SYNC_PLURAL
from vidra.kube.errors import ApiError
from vidra.views.errors import ViewError

SYNCS = f"/apis/{API_VERSION}/{SYNC_PLURAL}"
RESOURCES = f"/apis/{API_VERSION}/{RESOURCE_PLURAL}"
PATHS = {SYNC_KIND: SYNCS, RESOURCE_KIND: RESOURCES}
"""By kind."""


def not_installed(error: ApiError) -> Exception:
    """The error to raise instead of a 404 for a whole kind."""
    if error.not_found:
        return ViewError("this cluster does not know Vidra: install it (vidra install), or choose another --context")
    return error
