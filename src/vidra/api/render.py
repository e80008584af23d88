"""How the folders of a source become manifests."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta as Field

from vidra.api.sources.release import ChartRelease
from vidra.api.sources.values import ValuesList
from vidra.api.validation import FEW, VARIABLES


class Kustomize(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How a folder with a kustomization becomes manifests."""

    substitute: Annotated[
        dict[str, str],
        Field(
            description="Variables: ${NAME} and ${NAME:=default} in what the kustomization gives become their values. "
            "They win over those of substituteFrom.",
            extra_json_schema=VARIABLES,
        ),
    ] = {}
    substitute_from: Annotated[
        ValuesList,
        Field(
            description="Where further variables come from, each a YAML map; a later one wins over an earlier one.",
            extra_json_schema=FEW,
        ),
    ] = ()


class Render(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How a folder becomes manifests; what it is, each folder says itself."""

    kustomize: Annotated[Kustomize, Field(description="For folders with a kustomization.yaml.")] = Kustomize()
    helm: Annotated[ChartRelease, Field(description="For folders with a Chart.yaml.")] = ChartRelease()
