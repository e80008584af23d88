"""Which cluster the server of a destination means: pure."""

from __future__ import annotations

from vidra.api.names import LOCAL_SERVER
from vidra.common.urls import address, same_server


def is_local(server: str | None) -> bool:
    """Whether a destination means the cluster that Vidra runs in."""
    return not server or same_server(server, LOCAL_SERVER)


def address_of(server: str | None) -> str:
    """The address of a destination's API server; equal for two that mean one address."""
    return address(server or LOCAL_SERVER)
