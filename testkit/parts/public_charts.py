"""Charts that others publish, and values with which more of them comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from toolchain.tools import find_tool

PUBLIC: Final[dict[str, str]] = {
    "crossplane": "metrics: {enabled: true}\nprovider: {packages: [example.com/a:v1]}\n",
    "external-dns": "provider: {name: webhook, webhook: {image: {repository: a, tag: b}}}\n",
    "ingress-nginx": "controller: {metrics: {enabled: true}, autoscaling: {enabled: true}}\n",
    "kueue": "enablePrometheus: true\n",
    "kwok": "replicas: 2\n",
    "metallb": "speaker: {frr: {enabled: true}}\n",
    "metrics-server": "hostNetwork: {enabled: true}\nreplicas: 2\n",
    "metrics-usage": "",
    "pebble": "",
    "samplewebhook": "",
    "stage-fast": "",
}
"""Names, and texts of values."""
NOT_VENDORED: Final = "external-secrets"
"""A chart as it lies in its authors' repository: one that it needs is not in it."""


def public_chart(name: str) -> Path:
    """Return the folder of a chart.

    Raises:
        BinariesError: It cannot be had.
    """
    return find_tool(f"chart-{name}")
