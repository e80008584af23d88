"""Who works in a namespace, for commands that read without an event loop."""

from __future__ import annotations

from datetime import UTC, datetime

from vidra.kube.errors import KubeError
from vidra.kube.leader_election import Leases, leases_path
from vidra.kube.reader import Reader
from vidra.views.operators import AtWork, at_work


def at_work_here(reader: Reader, namespace: str) -> AtWork:
    """Who works, by the Leases of a namespace: one request, and no error."""
    try:
        listing = reader.get(leases_path(namespace), Leases)
    except KubeError as error:
        return AtWork(namespace, unseen=str(error))
    return at_work(namespace, listing.items, datetime.now(UTC))
