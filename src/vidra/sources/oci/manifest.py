"""The manifest of an artifact → its one layer: pure."""

from __future__ import annotations

import re

import msgspec

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.typed_json import UnreadableError, decode
from vidra.sources.protocol import SourceError

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    )
)
"""The header of a request for a manifest, or for an index of them."""
_LAYERS = frozenset(
    {
        "application/vnd.cncf.flux.content.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/yaml",
        "application/x-yaml",
        "text/yaml",
    }
)
"""What Flux, Argo CD's users and `oras` push."""
_CHART = "application/vnd.cncf.helm."
_CHARTS = frozenset({f"{_CHART}chart.content.v1.tar+gzip", "application/tar+gzip"})
"""What `helm push` pushes, and pushed before Helm 3.8."""
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Layer(msgspec.Struct, frozen=True, rename="camel"):
    """One file of an artifact."""

    media_type: str
    digest: str
    size: int


class _Manifest(msgspec.Struct, rename="camel"):
    layers: tuple[Layer, ...] = ()
    manifests: tuple[object, ...] = ()


def the_layer(body: bytes, what: str) -> Layer:
    """The layer with the manifests.

    Raises:
        SourceError: There is none, or more than one, or it is something else.
    """
    layers = _layers(body, what)
    if any(layer.media_type.startswith(_CHART) for layer in layers):
        raise _unsupported(f"{what} is a Helm chart; name it as spec.source.helm.url")
    known = [layer for layer in layers if layer.media_type in _LAYERS]
    if len(known) != 1 or len(layers) != 1:
        message = f"{what} has {len(layers)} layers ({_kinds(layers)}); Vidra reads artifacts of one"
        raise _unsupported(f"{message}, as `flux push artifact` and `oras push` make them of a folder")
    return _verifiable(known[0], what)


def chart_layer(body: bytes, what: str) -> Layer:
    """The layer with the archive of a chart; a second one with its provenance is passed over.

    Raises:
        SourceError: There is none.
    """
    layers = _layers(body, what)
    found = [layer for layer in layers if layer.media_type in _CHARTS]
    if len(found) != 1:
        message = f"{what} is no Helm chart: its layers are {_kinds(layers)}"
        raise _unsupported(f"{message}; push it with `helm push`, or read manifests with spec.source.oci")
    return _verifiable(found[0], what)


def _layers(body: bytes, what: str) -> tuple[Layer, ...]:
    try:
        found = decode(body, _Manifest)
    except UnreadableError:
        raise _unsupported(f"the manifest of {what} cannot be read") from None
    if found.manifests:
        raise _unsupported(f"{what} is an index of {len(found.manifests)} artifacts; name one of them by its digest")
    return found.layers


def _kinds(layers: tuple[Layer, ...]) -> str:
    return ", ".join(sorted({one_line(layer.media_type, 100) for layer in layers})) or "none"


def _verifiable(layer: Layer, what: str) -> Layer:
    if not DIGEST.fullmatch(layer.digest) or layer.size < 0:
        raise _unsupported(f"the layer of {what} has no digest by SHA-256")
    return layer


def _unsupported(message: str) -> SourceError:
    return SourceError(Reason.UNSUPPORTED_CONTENT, message)
