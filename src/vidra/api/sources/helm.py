"""A chart of a Helm repository, or of a registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta as Field

from vidra.api.sources.release import ChartRelease
from vidra.api.sources.revisions import Revisions, fields_of
from vidra.api.sources.values import ValuesList
from vidra.api.sources.words import Words
from vidra.api.validation import CHART_NAME, HELM_URL, NOT_EMPTY


class HelmSource(ChartRelease, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A chart, and what it is rendered with."""

    url: Annotated[
        str,
        Field(
            description="Address of the repository (https://charts.example.com), with `chart`; or of the chart in a "
            "registry (oci://registry.example.com/charts/gateway).",
            extra_json_schema=HELM_URL,
        ),
    ]
    chart: Annotated[
        str | None, Field(description="Name of the chart in the repository.", extra_json_schema=CHART_NAME)
    ] = None
    version: Annotated[
        str | None,
        Field(
            description="Version of the chart, or a range such as ~1.4: the highest version in it. Default: the "
            "highest that is no pre-release.",
            extra_json_schema=NOT_EMPTY,
        ),
    ] = None
    insecure: Annotated[bool, Field(description="Accept an address without TLS: http, or a registry by http.")] = False

    REVISIONS: ClassVar[Revisions] = {"chart-version": "version", "branch": "branch"}
    FOLLOWS: ClassVar[tuple[str, ...]] = ("version",)
    words: ClassVar[Words] = Words(
        "chart", "reading the chart", "the list of charts is incomplete", "the source has no such chart"
    )

    @property
    def address(self) -> str:
        """Where it is."""
        return self.url

    @property
    def selects(self) -> str:
        """What is read there."""
        return self.chart or ""

    def at(self, revision: Mapping[str, str]) -> HelmSource:
        """The same at another version, or with the values of another branch of Infrahub."""
        fields = fields_of(revision, self.REVISIONS)
        branch = fields.pop("branch", "")
        moved = msgspec.structs.replace(self, **fields)
        return msgspec.structs.replace(moved, values_from=on_branch(self.values_from, branch)) if branch else moved


def on_branch(values: ValuesList, branch: str) -> ValuesList:
    """The same values, with those of Infrahub read from another branch.

    Raises:
        ValueError: None of them is of Infrahub.
    """
    if not any(item.infrahub for item in values):
        raise ValueError("this source has no branch, and no values of Infrahub, which has branches")
    return tuple(
        msgspec.structs.replace(item, infrahub=msgspec.structs.replace(item.infrahub, target_branch=branch))
        if item.infrahub
        else item
        for item in values
    )
