"""Where the units of a sync come from: one struct for each kind of source, and the choice between them.

A new kind is a struct here with a field in `SourceSpec`, a package in `vidra.sources`, and a line in
`vidra.sources.kinds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar, NamedTuple, Self

import msgspec
from msgspec import Meta as Field

from vidra.api.validation import (
    DIGEST,
    GIT_URL,
    HTTP_URL,
    INFRAHUB_URL,
    LABEL_VALUE,
    LIST_LIMIT,
    NAMED_NAMESPACE,
    NOT_EMPTY,
    OBJECT_NAME,
    OCI_URL,
    ONE_ARTIFACT_NAME,
    ONE_GIT_REVISION,
    ONE_OCI_REVISION,
    PATH_PATTERN,
    TARGET_DATE,
)

Paths = Annotated[
    tuple[Annotated[str, Field(extra_json_schema=PATH_PATTERN)], ...],
    Field(
        description="Folders, with * for one segment and ** for any number of them: each folder that matches is a "
        "unit, with the manifests in it and below it. Missing: everything is one unit.",
        extra_json_schema=LIST_LIMIT,
    ),
]


class Words(NamedTuple):
    """What people call a source and its units."""

    unit: str
    asking: str
    incomplete: str
    empty: str


_FOLDERS = Words(
    "folder", "reading the source", "the list of the source is incomplete", "the source has no such folder: check paths"
)


def _fields(revision: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The fields for what a person calls a revision.

    Raises:
        ValueError: The source has no such revisions.
    """
    if unknown := sorted(revision.keys() - known.keys()):
        raise ValueError(
            f"this source has no {unknown[0]}: it is read by {', '.join(known) or 'nothing but its address'}"
        )
    return {known[name]: value for name, value in revision.items()}


class _OneRevision(msgspec.Struct, frozen=True):
    """A source that is read as it is."""

    def at(self, revision: Mapping[str, str]) -> Self:
        """The same; there is no other revision."""
        _fields(revision, {})
        return self


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
            "(now-2h, -2d). Missing or empty: the newest data.",
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
        return msgspec.structs.replace(self, **_fields(revision, {"branch": "target_branch", "date": "target_date"}))


class VerifyMode(StrEnum):
    """Which object of Git has to be signed."""

    COMMIT = "Commit"
    TAG = "Tag"


class Verify(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What has to be signed, and by whom."""

    mode: Annotated[VerifyMode, Field(description="Commit: the commit that is read. Tag: the annotated tag.")]
    keys: Annotated[
        str,
        Field(
            description="Value of the label vidra.infrahub.operators.com/keys of the Secrets, in namespaces that "
            "count, whose values are the public keys.",
            extra_json_schema=LABEL_VALUE,
        ),
    ]


class GitSource(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Folders of a Git repository."""

    url: Annotated[
        str,
        Field(
            description="Address of the repository, https or ssh (ssh://git@git.example.com/team/repo.git).",
            extra_json_schema=GIT_URL,
        ),
    ]
    branch: Annotated[str | None, Field(description="Branch to follow.", extra_json_schema=NOT_EMPTY)] = None
    tag: Annotated[str | None, Field(description="Tag to read.", extra_json_schema=NOT_EMPTY)] = None
    semver: Annotated[
        str | None,
        Field(
            description="Range of versions, such as ~1.4 or >=1.0 <2.0: the tag with the highest version in it.",
            extra_json_schema=NOT_EMPTY,
        ),
    ] = None
    commit: Annotated[
        str | None,
        Field(
            description="Commit to read, by its whole id.",
            extra_json_schema={"pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"},
        ),
    ] = None
    ref: Annotated[
        str | None,
        Field(
            description="Any other ref, such as refs/pull/1/head. With none of these five: the branch that the "
            "repository names as its own.",
            extra_json_schema=NOT_EMPTY,
        ),
    ] = None
    paths: Paths = ()
    insecure: Annotated[bool, Field(description="Accept an http address, without TLS.")] = False
    verify: Annotated[
        Verify | None, Field(description="Read only what is signed. Missing: signatures are not looked at.")
    ] = None

    words: ClassVar[Words] = _FOLDERS

    @property
    def address(self) -> str:
        """Where it is."""
        return self.url

    @property
    def selects(self) -> str:
        """What is read there."""
        return " ".join(self.paths)

    def at(self, revision: Mapping[str, str]) -> GitSource:
        """The same at another branch, tag or commit."""
        only = _fields(revision, {"branch": "branch", "tag": "tag", "commit": "commit"})
        if len(only) > 1:
            raise ValueError("a repository is read at one revision: give one of branch, tag and commit")
        none = dict.fromkeys(("branch", "tag", "semver", "commit", "ref"))
        return msgspec.structs.replace(self, **{**none, **only})


class OciSource(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Folders of an artifact in a container registry."""

    url: Annotated[
        str,
        Field(
            description="Registry and repository, such as oci://registry.example.com/team/manifests.",
            extra_json_schema=OCI_URL,
        ),
    ]
    tag: Annotated[str | None, Field(description="Tag to follow.", extra_json_schema=NOT_EMPTY)] = None
    semver: Annotated[
        str | None,
        Field(
            description="Range of versions, such as ~1.4: the tag with the highest version in it.",
            extra_json_schema=NOT_EMPTY,
        ),
    ] = None
    digest: Annotated[
        str | None,
        Field(
            description="Digest of the manifest to read. With none of these three: the tag latest.",
            extra_json_schema=DIGEST,
        ),
    ] = None
    paths: Paths = ()
    insecure: Annotated[bool, Field(description="Speak http, without TLS, with this registry.")] = False

    words: ClassVar[Words] = _FOLDERS

    @property
    def address(self) -> str:
        """Where it is."""
        return self.url

    @property
    def selects(self) -> str:
        """What is read there."""
        return " ".join(self.paths)

    def at(self, revision: Mapping[str, str]) -> OciSource:
        """The same at another tag."""
        return msgspec.structs.replace(self, **{"semver": None, "digest": None, **_fields(revision, {"tag": "tag"})})


class HttpSource(_OneRevision, frozen=True, rename="camel", omit_defaults=True):
    """Manifests behind a URL: plain YAML or JSON, or a tar.gz of folders."""

    url: Annotated[str, Field(description="Address of the file, http or https.", extra_json_schema=HTTP_URL)]
    sha256: Annotated[
        str | None,
        Field(
            description="SHA-256 that the file has to have, in hex. Missing: what the server gives is taken.",
            extra_json_schema={"pattern": "^[0-9a-f]{64}$"},
        ),
    ] = None
    paths: Paths = ()
    insecure: Annotated[
        bool, Field(description="Accept an http address, without TLS; one with sha256 needs no such leave.")
    ] = False

    words: ClassVar[Words] = _FOLDERS

    @property
    def address(self) -> str:
        """Where it is."""
        return self.url

    @property
    def selects(self) -> str:
        """What is read there."""
        return " ".join(self.paths)


class InlineSource(_OneRevision, frozen=True, rename="camel", omit_defaults=True):
    """ConfigMaps and Secrets of this cluster: each key is a unit."""

    label: Annotated[
        str,
        Field(
            description="Value of their label vidra.infrahub.operators.com/manifests. ConfigMaps count in Vidra's own "
            "namespace alone, Secrets also in those given with --credentials-namespace.",
            extra_json_schema=LABEL_VALUE,
        ),
    ]

    words: ClassVar[Words] = Words(
        "key",
        "reading ConfigMaps and Secrets",
        "the list of ConfigMaps and Secrets is incomplete",
        "no ConfigMap or Secret that counts has the label: check it, and the namespace",
    )

    @property
    def address(self) -> str:
        """Where it is."""
        return self.label

    @property
    def selects(self) -> str:
        """What is read there."""
        return ""


class FluxKind(StrEnum):
    """The kinds of Flux that offer an artifact."""

    GIT_REPOSITORY = "GitRepository"
    OCI_REPOSITORY = "OCIRepository"
    BUCKET = "Bucket"
    EXTERNAL_ARTIFACT = "ExternalArtifact"


class FluxSource(_OneRevision, frozen=True, rename="camel", omit_defaults=True):
    """Folders of what Flux' source-controller has fetched: its status.artifact is watched."""

    kind: Annotated[FluxKind, Field(description="Kind of the source of Flux.")]
    namespace: Annotated[str, Field(description="Its namespace.", extra_json_schema=NAMED_NAMESPACE)]
    name: Annotated[str, Field(description="Its name.", extra_json_schema=OBJECT_NAME)]
    paths: Paths = ()

    words: ClassVar[Words] = _FOLDERS

    @property
    def address(self) -> str:
        """Where it is."""
        return f"{self.kind}/{self.namespace}/{self.name}"

    @property
    def selects(self) -> str:
        """What is read there."""
        return " ".join(self.paths)


AnySource = InfrahubSource | GitSource | OciSource | HttpSource | InlineSource | FluxSource


class SourceSpec(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where the units come from: exactly one of these."""

    git: Annotated[
        GitSource | None, Field(description="Folders of a Git repository.", extra_json_schema=ONE_GIT_REVISION)
    ] = None
    oci: Annotated[
        OciSource | None,
        Field(description="Folders of an artifact in a container registry.", extra_json_schema=ONE_OCI_REVISION),
    ] = None
    http: Annotated[HttpSource | None, Field(description="Manifests behind a URL.")] = None
    inline: Annotated[InlineSource | None, Field(description="ConfigMaps and Secrets of this cluster.")] = None
    flux: Annotated[FluxSource | None, Field(description="What Flux' source-controller has fetched.")] = None
    infrahub: Annotated[
        InfrahubSource | None,
        Field(description="Artifacts of an Infrahub, as in an InfrahubSync.", extra_json_schema=ONE_ARTIFACT_NAME),
    ] = None

    @property
    def address(self) -> tuple[str, str]:
        """The kind and address of the source; both empty unless it is exactly one."""
        found = self.chosen()
        return (found[0], found[1].address) if found else ("", "")

    @property
    def words(self) -> Words:
        """What people call it."""
        found = self.chosen()
        return found[1].words if found else _FOLDERS

    @property
    def selects(self) -> str:
        """What is read there, whatever the revision."""
        found = self.chosen()
        return found[1].selects if found else ""

    def at(self, revision: Mapping[str, str]) -> SourceSpec:
        """The same source at another revision.

        Args:
            revision: By the words branch, tag, commit and date.

        Raises:
            ValueError: It has no such revisions.
        """
        found = self.chosen()
        return msgspec.structs.replace(self, **{found[0]: found[1].at(revision)}) if found else self

    def chosen(self) -> tuple[str, AnySource] | None:
        """The name of the one that is set, and its spec; None unless it is exactly one."""
        found = [(name, spec) for name in self.__struct_fields__ if (spec := getattr(self, name)) is not None]
        return found[0] if len(found) == 1 else None
