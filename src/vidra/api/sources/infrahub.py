"""Artifacts of an Infrahub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta as Field

from vidra.api.sources.revisions import Revisions, fields_of
from vidra.api.sources.words import Words
from vidra.api.validation import INFRAHUB_URL, NOT_EMPTY, TARGET_DATE, TARGETS, WORDS
from vidra.common.text import limited

NAMED = 3
"""Words of a list that a message repeats."""


class ArtifactTargets(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Objects of Infrahub: one fits every list that is given, and in a list one entry."""

    names: Annotated[
        tuple[str, ...],
        Field(
            description="Names: what Infrahub shows for an object, or its human-friendly id.", extra_json_schema=WORDS
        ),
    ] = ()
    ids: Annotated[tuple[str, ...], Field(description="Ids.", extra_json_schema=WORDS)] = ()
    kinds: Annotated[
        tuple[str, ...],
        Field(description="Kinds of the schema, such as InfraCluster.", extra_json_schema=WORDS),
    ] = ()
    groups: Annotated[
        tuple[str, ...],
        Field(description="Groups that an object is a member of, by name or id.", extra_json_schema=WORDS),
    ] = ()

    def __str__(self) -> str:
        lists = {"name": self.names, "id": self.ids, "kind": self.kinds, "group": self.groups}
        return " and ".join(f"{word} {limited(words, NAMED)}" for word, words in lists.items() if words)


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

    targets: Annotated[
        ArtifactTargets | None,
        Field(
            description="Only the artifacts for these objects of Infrahub. The stored query has to say which object an "
            "artifact is for. Default: every artifact of the name.",
            extra_json_schema=TARGETS,
        ),
    ] = None

    write_back: Annotated[
        bool,
        Field(
            description="Tell Infrahub what became of the artifacts: one VidraDelivery node for each artifact and "
            "cluster. Its schema has to be in Infrahub, and Vidra's account may write such nodes."
        ),
    ] = False

    words: ClassVar[Words] = Words(
        "artifact",
        "asking Infrahub",
        "Infrahub's list of artifacts is incomplete",
        "Infrahub lists no artifact of this name: check name and branch",
    )
    REVISIONS: ClassVar[Revisions] = {"branch": "target_branch", "date": "target_date"}
    FOLLOWS: ClassVar[tuple[str, ...]] = ("target_branch", "target_date")

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
        return msgspec.structs.replace(self, **fields_of(revision, self.REVISIONS))
