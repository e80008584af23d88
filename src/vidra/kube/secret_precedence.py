"""Which of several Secrets for one address counts: pure.

Invariant: who may write Secrets in one namespace takes no address away from another one. Vidra's own namespace comes
first; of the others, the one that had a Secret for the address first. Within a namespace the newest Secret counts, so
that a credential is replaced by adding one.
"""

from __future__ import annotations

from collections.abc import Iterable

from vidra.kube.types import Secret


def by_precedence(secrets: Iterable[Secret], own: str) -> list[Secret]:
    """Secrets for one address, the one that counts first.

    Args:
        own: Vidra's own namespace.
    """
    found = sorted(secrets, key=_age)
    first = {secret.metadata.namespace: _age(secret) for secret in reversed(found)}
    found.reverse()
    return sorted(found, key=lambda secret: (secret.metadata.namespace != own, first[secret.metadata.namespace]))


def _age(secret: Secret) -> tuple[str, str]:
    """Sorts the oldest first; the UID decides between equal times."""
    return secret.metadata.creation_timestamp, secret.metadata.uid
