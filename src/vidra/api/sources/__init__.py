"""Where the units of a sync come from: one struct for each kind of source, and the choice between them.

A new kind is a file here with a field in `SourceSpec`, a package in `vidra.sources`, and a line in
`vidra.sources.kinds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, get_args

import msgspec
from msgspec import Meta as Field

from vidra.api.sources.flux import FluxKind, FluxSource
from vidra.api.sources.git import GitSource, Verify, VerifyMode
from vidra.api.sources.helm import HelmSource
from vidra.api.sources.http import HttpSource
from vidra.api.sources.infrahub import ArtifactTargets, InfrahubSource
from vidra.api.sources.inline import InlineSource
from vidra.api.sources.oci import OciSource, VerifyOci
from vidra.api.sources.words import FOLDERS, Words
from vidra.api.validation import CHART_PLACE, ONE_ARTIFACT_NAME, ONE_GIT_REVISION, ONE_OCI_REVISION

__all__ = [
    "REVISION_WORDS",
    "ArtifactTargets",
    "FluxKind",
    "FluxSource",
    "GitSource",
    "HelmSource",
    "HttpSource",
    "InfrahubSource",
    "InlineSource",
    "OciSource",
    "SourceSpec",
    "Verify",
    "VerifyMode",
    "VerifyOci",
    "Words",
]

AnySource = InfrahubSource | GitSource | HelmSource | OciSource | HttpSource | InlineSource | FluxSource


class SourceSpec(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where the units come from: exactly one of these."""

    git: Annotated[
        GitSource | None, Field(description="Folders of a Git repository.", extra_json_schema=ONE_GIT_REVISION)
    ] = None
    oci: Annotated[
        OciSource | None,
        Field(description="Folders of an artifact in a container registry.", extra_json_schema=ONE_OCI_REVISION),
    ] = None
    helm: Annotated[
        HelmSource | None,
        Field(description="A chart of a Helm repository or of a registry.", extra_json_schema=CHART_PLACE),
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
        return found[1].words if found else FOLDERS

    @property
    def selects(self) -> str:
        """What is read there, whatever the revision."""
        found = self.chosen()
        return found[1].selects if found else ""

    @property
    def revisions(self) -> tuple[str, ...]:
        """The words by which a person may name another revision of it; see `at`."""
        found = self.chosen()
        return tuple(found[1].REVISIONS) if found else ()

    @property
    def follows(self) -> str:
        """Which revision the spec names, for a person; empty when it names none."""
        found = self.chosen()
        named = [str(value) for field in found[1].FOLLOWS if (value := getattr(found[1], field))] if found else []
        return " ".join(named)

    def at(self, revision: Mapping[str, str]) -> SourceSpec:
        """The same source at another revision.

        Args:
            revision: By the words branch, tag, commit, date and chart-version.

        Raises:
            ValueError: It has no such revisions.
        """
        found = self.chosen()
        return msgspec.structs.replace(self, **{found[0]: found[1].at(revision)}) if found else self

    def chosen(self) -> tuple[str, AnySource] | None:
        """The name of the one that is set, and its spec; None unless it is exactly one."""
        found = [(name, spec) for name in self.__struct_fields__ if (spec := getattr(self, name)) is not None]
        return found[0] if len(found) == 1 else None


REVISION_WORDS = frozenset(word for kind in get_args(AnySource) for word in kind.REVISIONS)
"""By which a revision of any source may be named."""
