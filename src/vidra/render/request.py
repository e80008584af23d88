"""What is to be rendered: a chart with its values, or an overlay with its variables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec


class CRDPolicy(StrEnum):
    """What becomes of the definitions in the folder `crds` of a chart; those in its templates are ordinary objects."""

    SKIP = "Skip"
    """They are left out, and a remark says so."""
    CREATE = "Create"
    """They are rendered, first and never pruned; whoever stores the text keeps those of the text before it."""
    CREATE_REPLACE = "CreateReplace"
    """They are rendered, first and never pruned."""


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """One text of values, as a file that `helm -f` takes."""

    name: str
    """For messages: `the Secret vidra-system/gateway, key values.yaml`."""
    text: bytes
    """YAML or JSON: a map. An empty text is an empty map."""
    secret: bool = False
    """No value of it appears in an error or a remark."""


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """An object that `lookup` in a template may see. With the name empty, `lookup` of all sees those that are named."""

    api_version: str
    kind: str
    namespace: str = ""
    name: str
    object: Mapping[str, Any] | None = None
    """As the API server gave it; None: it does not exist. No value of a Secret appears in an error or a remark."""


class HelmRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A chart, as `helm template` renders it."""

    chart: bytes | Mapping[str, bytes]
    """A chart archive (`.tgz`), or the files of a chart's folder by their paths in it (`Chart.yaml`)."""
    release: str
    """Name of the release: 53 characters at most, as Helm asks."""
    namespace: str
    """What `.Release.Namespace` says. Objects without a namespace get none here: that is the destination's."""
    values: tuple[Values, ...] = ()
    """Over the chart's own; of two that say the same key the later one counts. Null removes a key of the chart."""
    kube_version: str
    """Of the destination: `v1.34.1`."""
    api_versions: tuple[str, ...] = ()
    """What the destination serves: `apps/v1`, `apps/v1/Deployment`. What is not named is not there."""
    lookups: tuple[Lookup, ...] = ()
    crds: CRDPolicy = CRDPolicy.CREATE
    twice: bool = False
    """Render a second time and say what differs (`RemarkKind.NOT_DETERMINISTIC`); the text is the first one."""


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A value for `${name}`."""

    name: str
    """Letters, digits and `_`, and no digit at its start."""
    value: str
    secret: bool = False
    """It appears in no error or remark."""


class KustomizeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An overlay, as `kubectl kustomize` builds it."""

    files: Mapping[str, bytes]
    """Of the repository, by their relative paths: those of the folder, and those that it refers to."""
    folder: str = ""
    """Path of the overlay in `files`; empty: their root."""
    variables: tuple[Variable, ...] | None = None
    """Put in after building, as Flux' `postBuild` does; None: `${` means nothing."""


RenderRequest = HelmRequest | KustomizeRequest
