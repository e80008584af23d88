"""Charts as `helm package` makes them, and the index that `helm repo index` makes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from testkit import charts
from testkit.parts.web_files import WebFiles
from vidra.manifests.write import write

CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
"""Media type of the layer of a chart in a registry."""
CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  colour: {{ .Values.colour | quote }}
"""


def chart(
    version: str = "1.0.0",
    templates: Mapping[str, str] | None = None,
    *,
    name: str = "gateway",
    values: str = "colour: red\n",
    **fields: object,
) -> bytes:
    """The archive of a chart; the same bytes for the same chart."""
    files = {f"templates/{path}": text.encode() for path, text in (templates or {"colour.yaml": CONFIG_MAP}).items()}
    meta = charts.chart(name, meta={"version": version, **fields}, values=values)
    return charts.packed({**meta, **files}, name)


def index(archives: Mapping[str, Mapping[str, bytes]], urls: str = "{name}-{version}.tgz") -> bytes:
    """An index: archives by chart and version.

    Args:
        urls: Where each archive is.
    """
    entries = {
        name: [
            {
                "apiVersion": "v2",
                "created": "2026-11-29T12:00:00.000000001Z",
                "description": "What it is.\nAnd more.",
                "digest": hashlib.sha256(archive).hexdigest(),
                "name": name,
                "urls": [urls.format(name=name, version=version)],
                "version": version,
            }
            for version, archive in versions.items()
        ]
        for name, versions in archives.items()
    }
    return write([{"apiVersion": "v1", "entries": entries, "generated": "2026-11-29T12:00:00Z"}]).encode()


def publish(server: WebFiles, archives: Mapping[str, Mapping[str, bytes]], path: str = "/charts") -> None:
    """Have a web server be a chart repository."""
    server.files[f"{path}/index.yaml"] = index(archives)
    for name, versions in archives.items():
        for version, archive in versions.items():
            server.files[f"{path}/{name}-{version}.tgz"] = archive
