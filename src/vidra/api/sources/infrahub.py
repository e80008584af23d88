"""Artifacts of an Infrahub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta as Field

from vidra.api.sources.revisions import fields_of
from vidra.api.sources.words import Words
from vidra.api.validation import INFRAHUB_URL, NOT_EMPTY, TARGET_DATE


class InfrahubSource(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Artifacts of an Infrahub: each is a unit."""

    infrahub_api_url: Annotated[
        str,
        Field(
            description="Address of the Infrahub server, http or https, with port and path if it has them.",
            extra_json_schema=INFRAHUB_URL,
        ),
    ] = msgspec.field(name="infrahubAPIURL")
    artefact_name: Annotated[
        str | None,
        Field(description="Name of the artifacts to sync. The same as artifactName.", extra_json_schema=NOT_EMPTY),
    ] = None
    artifact_name: Annotated[
        str | None,
        Field(
            description="Name of the artifacts to sync: every artifact of this name becomes one VidraResource.",
            extra_json_schema=NOT_EMPTY,
        ),
    ] = None
    target_branch: Annotated[
        str,
        Field(description="Infrahub branch to read from.", extra_json_schema={**NOT_EMPTY, "default": "main"}),
    ] = "main"
    target_date: Annotated[
        str | None,
        Field(
            description="Read the data as it was at this time: RFC 3339 (2025-01-31T12:00:00Z), or relative to now "
            "(now-2h, -2d). Default: the newest data.",
            extra_json_schema=TARGET_DATE,
        ),
    ] = None

    words: ClassVar[Words] = Words(
        "artifact",
        "asking Infrahub",
        "Infrahub's list of artifacts is incomplete",
        "Infrahub lists no artifact of this name: check name and branch",
    )

    @property
    def artifact(self) -> str:
        """The name of the artifacts, in whichever spelling it was given; empty if in neither."""
        return self.artifact_name or self.artefact_name or ""

    @property
    def address(self) -> str:
        """Where it is."""
        return self.infrahub_api_url.rstrip("/")

    @property
    def selects(self) -> str:
        """What is read there."""
        return self.artifact

    def at(self, revision: Mapping[str, str]) -> InfrahubSource:
        """The same at another branch or date."""
        return msgspec.structs.replace(self, **fields_of(revision, {"branch": "target_branch", "date": "target_date"}))
