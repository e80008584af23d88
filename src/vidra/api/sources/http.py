"""A file, or an archive of folders, behind a URL."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta as Field

from vidra.api.sources.paths import Paths
from vidra.api.sources.revisions import OneRevision
from vidra.api.sources.words import FOLDERS, Words
from vidra.api.validation import HTTP_URL


class HttpSource(OneRevision, frozen=True, rename="camel", omit_defaults=True):
    """Manifests behind a URL: plain YAML or JSON, or a tar.gz of folders."""

    url: Annotated[str, Field(description="Address of the file, http or https.", extra_json_schema=HTTP_URL)]
    sha256: Annotated[
        str | None,
        Field(
            description="SHA-256 that the file has to have, in hex. Default: any content is accepted.",
            extra_json_schema={"pattern": "^[0-9a-f]{64}$"},
        ),
    ] = None
    paths: Paths = ()
    insecure: Annotated[bool, Field(description="Accept an http address, without TLS; not needed with sha256.")] = False

    words: ClassVar[Words] = FOLDERS

    @property
    def address(self) -> str:
        """Where it is."""
        return self.url

    @property
    def selects(self) -> str:
        """What is read there."""
        return " ".join(self.paths)
