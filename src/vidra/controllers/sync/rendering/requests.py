"""What the renderer is asked for a unit: pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vidra.api.reasons import Reason
from vidra.api.sources.release import ChartRelease
from vidra.api.sync import Sync
from vidra.controllers.sync.rendering.destination import View
from vidra.render.request import CRDPolicy, HelmRequest, KustomizeRequest, Values, Variable
from vidra.sources.folders import ROOT
from vidra.sources.protocol import Files, SourceError, Unit

_LONGEST = 53
"""Characters of the name of a release, as Helm has it."""


def release_of(sync: Sync) -> ChartRelease:
    """What the charts of a sync are rendered with."""
    return sync.source.helm or sync.render.helm


def namespace_of(sync: Sync) -> str:
    """The namespace of the releases of a sync."""
    return release_of(sync).namespace or sync.spec.destination.namespace or "default"


def release_name(sync: Sync, unit: Unit) -> str:
    """The name of the release of a chart.

    Raises:
        SourceError: It is too long.
    """
    of_folder = sync.source.helm is None and unit.id != ROOT
    name = release_of(sync).release_name or (unit.id.rpartition("/")[2] if of_folder else sync.metadata.name)
    if len(name) > _LONGEST:
        message = f"{name} has more than {_LONGEST} characters, which is more than a release may have: set releaseName"
        raise SourceError(Reason.INVALID_SPEC, message)
    return name


def options_of(sync: Sync, unit: Unit) -> bytes:
    """What a chart is rendered with, but for values that come from elsewhere; always the same for the same."""
    release = release_of(sync)
    name = release.release_name or unit.id
    told = [name, sync.metadata.name, namespace_of(sync), release.crds, release.values, release.lookups]
    return msgspec.json.encode(told, order="sorted")


def helm_request(
    sync: Sync, unit: Unit, chart: bytes | Files, values: Iterable[Values], seen: View, *, twice: bool
) -> HelmRequest:
    """A chart.

    Raises:
        SourceError: It has no possible name.
    """
    release = release_of(sync)
    assert seen.capabilities is not None, "what is rendered is known completely"
    own = Values(name="the values of the sync", text=msgspec.json.encode(release.values))
    return HelmRequest(
        chart=chart.files if isinstance(chart, Files) else chart,
        release=release_name(sync, unit),
        namespace=namespace_of(sync),
        values=(*values, own) if release.values else tuple(values),
        kube_version=seen.capabilities.version,
        api_versions=seen.capabilities.apis,
        lookups=seen.lookups or (),
        crds=CRDPolicy(release.crds),
        twice=twice,
    )


def kustomize_request(files: Files, variables: tuple[Variable, ...] | None) -> KustomizeRequest:
    """A kustomization."""
    return KustomizeRequest(files=files.files, folder=files.folder, variables=variables)
