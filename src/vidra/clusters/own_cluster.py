"""Which cluster Vidra runs in, and which others may be the same one under another address."""

from __future__ import annotations


class Home:
    """The cluster that Vidra runs in.

    Invariant: a cluster counts as another one only by its UID, never by its address. As long as one of the two UIDs is
    not known, it may be this one.

    Args:
        namespace: Vidra's own there.
        credentials: Further ones from whose Secrets it takes credentials.
    """

    def __init__(self, namespace: str, credentials: tuple[str, ...] = ()) -> None:
        self._namespaces = (namespace, *credentials)
        self.uid = ""
        """Its UID, as soon as that is known."""

    def namespaces_in(self, uid: str) -> tuple[str, ...]:
        """Vidra's own namespace in a cluster of this UID, and those of its credentials; none in another cluster."""
        return () if self.uid and uid and uid != self.uid else self._namespaces
