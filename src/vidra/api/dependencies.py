"""What must exist and be healthy before a sync applies something new."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta as Field

from vidra.api.names import API_VERSION, PLURALS, SYNC_KIND
from vidra.api.validation import NOT_EMPTY


class Dependency(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Another sync, or any object in the destination's cluster."""

    name: Annotated[str, Field(description="Name of the sync or object.", extra_json_schema=NOT_EMPTY)]
    api_version: Annotated[str, Field(description="apiVersion of the object. Default: that of Vidra's own kinds.")] = (
        API_VERSION
    )
    kind: Annotated[
        str, Field(description="Kind of the object, or VidraSync. Without kind and apiVersion: an InfrahubSync.")
    ] = SYNC_KIND
    namespace: Annotated[str, Field(description="Namespace of the object; missing when it is cluster-scoped.")] = ""

    @property
    def own(self) -> bool:
        """Whether it is a resource of Vidra's, which is where Vidra runs, and not an object in a destination."""
        return self.api_version == API_VERSION and self.kind in PLURALS

    def __str__(self) -> str:
        """For a message."""
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"
