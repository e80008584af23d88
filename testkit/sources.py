"""What a source is lent, without a cluster, and Secrets for it."""

from __future__ import annotations

import base64
import itertools
from typing import Any, cast

from vidra.api.meta import Meta
from vidra.api.names import SOURCE_LABEL
from vidra.api.reasons import Reason
from vidra.kube.store import Store
from vidra.kube.types import Secret
from vidra.sources.hosts import AllowedHosts
from vidra.sources.lent import Lent
from vidra.sources.limits import SourceLimits

NAMESPACE = "vidra-system"
_VERSIONS = itertools.count(1)


class Remarks:
    """What a person was shown as Events."""

    def __init__(self) -> None:
        self.said: list[tuple[Reason, str]] = []

    def __call__(self, reason: Reason, message: str) -> None:
        """Take one."""
        self.said.append((reason, message))


def lend(*patterns: str, **limits: float) -> Lent:
    """What the process lends to sources; the loopback address, on which the servers of tests are, is listed."""
    known: dict[str, Any] = {"backoff": 0.01, **limits}
    return Lent(
        client=cast("Any", None),
        namespace=NAMESPACE,
        syncs=Store(),
        infrahub_secrets=Store(),
        secrets=Store(),
        query=lambda: "",
        hosts=AllowedHosts(patterns or ("127.0.0.1",)),
        limits=SourceLimits(**known),
    )


def secret(
    *, label: str = "127.0.0.1", url: str = "", name: str = "credentials", namespace: str = NAMESPACE, **values: str
) -> Secret:
    """A Secret with credentials; in the names of its keys `_dot_` stands for a dot."""
    data = {key.replace("_dot_", "."): base64.b64encode(value.encode()).decode() for key, value in values.items()}
    meta = Meta(
        name=name,
        namespace=namespace,
        uid=f"{namespace}-{name}",
        resource_version=str(next(_VERSIONS)),
        labels={SOURCE_LABEL: label},
        annotations={SOURCE_LABEL: url} if url else {},
    )
    return Secret(metadata=meta, data=data)
