"""The drift policy: what Vidra may do about objects that differ from what was applied."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta as Field

from vidra.api.validation import JSON_POINTER, LIST_LIMIT, NAME_PATTERN


class DriftPolicy(StrEnum):
    """What to do when somebody changed an object."""

    REVERT = "Revert"
    """Put it back."""
    REPORT = "Report"
    """Say so, with the fields, and write nothing until the artifact changes."""


class Target(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Which objects are meant; a field that is missing leaves none out."""

    group: Annotated[str | None, Field(description="API group, such as apps; empty for the core group.")] = None
    kind: Annotated[str | None, Field(description="Kind, such as Deployment.")] = None
    name: Annotated[
        str | None,
        Field(description="Name; * stands for any characters.", extra_json_schema=NAME_PATTERN),
    ] = None
    namespace: Annotated[str | None, Field(description="Namespace of the object in the cluster.")] = None


class IgnoreDifference(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Fields of some objects that others may set: Vidra sets them when it creates an object, and leaves them then."""

    json_pointers: Annotated[
        tuple[Annotated[str, Field(extra_json_schema=JSON_POINTER)], ...],
        Field(
            description="The fields, as JSON pointers (RFC 6901) into the object of the manifest, such as "
            "/spec/replicas.",
            extra_json_schema=LIST_LIMIT,
        ),
    ]
    target: Annotated[Target, Field(description="The objects. Default: all.")] = Target()
