"""The cluster that Vidra runs in, and whether another address leads to the same one."""

from __future__ import annotations


class Home:
    """The cluster that Vidra runs in.

    Invariant: only a UID proves that a cluster is another one, never an address. While one of the two UIDs is unknown,
        it may be this one.

    Args:
        namespace: Vidra's own there.
        credentials: Further namespaces from whose Secrets it takes credentials.
    """

    def __init__(self, namespace: str, credentials: tuple[str, ...] = ()) -> None:
        self._namespaces = (namespace, *credentials)
        self.uid = ""
        """Its UID, once known."""

    def namespaces_in(self, uid: str) -> tuple[str, ...]:
        """Vidra's own namespace in a cluster of this UID, and those with credentials; empty for another cluster."""
        return () if self.uid and uid and uid != self.uid else self._namespaces
