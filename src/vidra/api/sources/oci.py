"""Folders of an artifact in a registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta as Field

from vidra.api.sources.paths import Paths
from vidra.api.sources.revisions import Revisions, fields_of
from vidra.api.sources.words import FOLDERS, Words
from vidra.api.validation import DIGEST, LABEL_VALUE, NOT_EMPTY, OCI_URL


class VerifyOci(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Who has to have signed an artifact, with cosign and a key."""

    keys: Annotated[
        str,
        Field(
            description="Value of the label vidra.infrahub.operators.com/keys of the Secrets, in namespaces that "
            "count, whose values are the public keys, in PEM.",
            extra_json_schema=LABEL_VALUE,
        ),
    ]


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
    verify: Annotated[
        VerifyOci | None, Field(description="Read only what is signed. Default: signatures are not verified.")
    ] = None

    words: ClassVar[Words] = FOLDERS
    REVISIONS: ClassVar[Revisions] = {"tag": "tag"}
    FOLLOWS: ClassVar[tuple[str, ...]] = ("tag", "semver", "digest")

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
        none = {"semver": None, "digest": None}
        return msgspec.structs.replace(self, **{**none, **fields_of(revision, self.REVISIONS)})
