"""The folders that are units, of every source with folders."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta as Field

from vidra.api.validation import LIST_LIMIT, PATH_PATTERN

Paths = Annotated[
    tuple[Annotated[str, Field(extra_json_schema=PATH_PATTERN)], ...],
    Field(
        description="Folders, with * for one segment and ** for any number of them: each folder that matches is a "
        "unit, with the manifests in it and below it. Default: everything is one unit.",
        extra_json_schema=LIST_LIMIT,
    ),
]
