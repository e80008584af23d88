"""Folders of a Git repository."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta as Field

from vidra.api.sources.paths import Paths
from vidra.api.sources.revisions import Revisions, fields_of
from vidra.api.sources.words import FOLDERS, Words
from vidra.api.validation import GIT_URL, LABEL_VALUE, NOT_EMPTY


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
            "count, whose values are the public keys of ssh, as in authorized_keys or allowed_signers.",
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
        Verify | None, Field(description="Read only what is signed. Default: signatures are not verified.")
    ] = None

    words: ClassVar[Words] = FOLDERS
    REVISIONS: ClassVar[Revisions] = {"branch": "branch", "tag": "tag", "commit": "commit"}
    FOLLOWS: ClassVar[tuple[str, ...]] = ("branch", "tag", "semver", "commit", "ref")

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
        only = fields_of(revision, self.REVISIONS)
        if len(only) > 1:
            raise ValueError("a repository is read at one revision: give one of branch, tag and commit")
        return msgspec.structs.replace(self, **{**dict.fromkeys(self.FOLLOWS), **only})
