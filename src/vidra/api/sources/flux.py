"""Folders of what Flux has fetched."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta as Field

from vidra.api.sources.paths import Paths
from vidra.api.sources.revisions import OneRevision
from vidra.api.sources.words import FOLDERS, Words
from vidra.api.validation import NAMED_NAMESPACE, OBJECT_NAME


class FluxKind(StrEnum):
    """The kinds of Flux that offer an artifact."""

    GIT_REPOSITORY = "GitRepository"
    OCI_REPOSITORY = "OCIRepository"
    BUCKET = "Bucket"
    EXTERNAL_ARTIFACT = "ExternalArtifact"


class FluxSource(OneRevision, frozen=True, rename="camel", omit_defaults=True):
    """Folders of what Flux' source-controller has fetched: its status.artifact is watched."""

    kind: Annotated[FluxKind, Field(description="Kind of the source of Flux.")]
    namespace: Annotated[str, Field(description="Its namespace.", extra_json_schema=NAMED_NAMESPACE)]
    name: Annotated[str, Field(description="Its name.", extra_json_schema=OBJECT_NAME)]
    paths: Paths = ()

    words: ClassVar[Words] = FOLDERS

    @property
    def address(self) -> str:
        """Where it is."""
        return f"{self.kind}/{self.namespace}/{self.name}"

    @property
    def selects(self) -> str:
        """What is read there."""
        return " ".join(self.paths)
