"""When a text arrived, was applied, and was healthy."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta as Field

from vidra.api.validation import DATE_TIME


class TextDelivery(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One text, from the source to healthy objects. A time that is missing has not come."""

    checksum: Annotated[str, Field(description="MD5 of the text.")]
    revision: Annotated[str, Field(description="State of the source in which it was found; empty for Infrahub.")] = ""
    seen: Annotated[
        str,
        Field(
            description="When the source was asked and had it; or else when Vidra first worked on it (RFC 3339).",
            extra_json_schema=DATE_TIME,
        ),
    ] = ""
    applied: Annotated[
        str, Field(description="When all of it was applied first (RFC 3339).", extra_json_schema=DATE_TIME)
    ] = ""
    healthy: Annotated[
        str,
        Field(
            description="When all of it was applied and every object was healthy first (RFC 3339).",
            extra_json_schema=DATE_TIME,
        ),
    ] = ""
