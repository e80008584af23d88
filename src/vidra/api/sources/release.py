"""What a chart is rendered with, wherever the chart comes from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta as Field

from vidra.api.sources.values import ValuesList
from vidra.api.validation import ANY_MAP, FEW, NAMED_NAMESPACE, NOT_EMPTY, RELEASE_NAME


class Crds(StrEnum):
    """What becomes of the definitions in a chart's folder `crds`. None of them is ever pruned."""

    SKIP = "Skip"
    """They are left out."""
    CREATE = "Create"
    """Those that are missing are created; those that are there stay as they are."""
    CREATE_REPLACE = "CreateReplace"
    """They are applied like any other object."""


class Lookup(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An object of the destination that templates may read with `lookup`."""

    api_version: Annotated[str, Field(description="Its apiVersion, such as v1.", extra_json_schema=NOT_EMPTY)]
    kind: Annotated[str, Field(description="Its kind.", extra_json_schema=NOT_EMPTY)]
    name: Annotated[str, Field(description="Its name.", extra_json_schema=NOT_EMPTY)]
    namespace: Annotated[
        str | None,
        Field(description="Its namespace; missing: that of the release.", extra_json_schema=NAMED_NAMESPACE),
    ] = None


class ChartRelease(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What a chart is rendered with."""

    release_name: Annotated[
        str | None,
        Field(
            description="Name of the release (.Release.Name). Default: the name of the sync; of a chart in a folder "
            "below the root, the name of the folder.",
            extra_json_schema=RELEASE_NAME,
        ),
    ] = None
    namespace: Annotated[
        str | None,
        Field(
            description="Namespace of the release (.Release.Namespace). Default: that of the destination.",
            extra_json_schema=NAMED_NAMESPACE,
        ),
    ] = None
    values: Annotated[
        dict[str, Any],
        Field(
            description="Values, as in a file for helm --values. They win over those of valuesFrom.",
            extra_json_schema=ANY_MAP,
        ),
    ] = {}
    values_from: Annotated[
        ValuesList,
        Field(
            description="Where further values come from; a later one wins over an earlier one.", extra_json_schema=FEW
        ),
    ] = ()
    crds: Annotated[
        Crds,
        Field(
            description="The definitions in the folder crds of the chart. Skip: leave them out. Create: create those "
            "that are missing. CreateReplace: apply them. None is ever pruned. Default: Create."
        ),
    ] = Crds.CREATE
    lookups: Annotated[
        tuple[Lookup, ...],
        Field(
            description="The objects of the destination that templates may read with lookup; everything else looks "
            "missing to them. A change of one renders the chart anew.",
            extra_json_schema=FEW,
        ),
    ] = ()
