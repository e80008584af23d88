"""What is decoded of a live object to judge it: never managedFields, nor what no rule can read."""

from typing import Any

import msgspec


class BodyMeta(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The metadata that a rule can read."""

    name: str = ""
    namespace: str = ""
    generation: int | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    finalizers: tuple[str, ...] = ()


class Body(msgspec.Struct, frozen=True):
    """A live object as far as its health goes; decode the API server's JSON into it, and drop it after that."""

    metadata: BodyMeta = BodyMeta()
    spec: Any = None
    status: Any = None

    def source(self, api_version: str, kind: str) -> dict[str, Any]:
        """The object as the rules read it; of which kind it is knows the watch, for the items of a list do not say."""
        metadata = msgspec.to_builtins(self.metadata)
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": self.spec, "status": self.status}
