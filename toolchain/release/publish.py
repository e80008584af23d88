"""Bring image and chart into a registry. Nothing else is published from here: the other files are for a web server."""

from __future__ import annotations

from pathlib import Path

import msgspec

from toolchain.release.commands import run
from toolchain.release.version import Version
from toolchain.tools import find_tool


class Registry(msgspec.Struct, frozen=True):
    """Where images and charts go.

    Attributes:
        address: Host, and the path below which they are.
        plain_http: Whether it has no certificate, as on loopback.
    """

    address: str
    plain_http: bool = False

    @property
    def image(self) -> str:
        """Where the image is."""
        return f"{self.address}/vidra"

    @property
    def charts(self) -> str:
        """Where charts are, for Helm."""
        return f"oci://{self.address}/charts"


def push_image(registry: Registry, layout: Path, version: Version, *, newest: bool) -> None:
    """Push an image of all its platforms; a final version is `latest` as well."""
    crane = (str(find_tool("crane")), *(("--insecure",) if registry.plain_http else ()))
    name = f"{registry.image}:{version.python}"
    run(*crane, "push", "--index", str(layout), name)
    if newest:
        run(*crane, "tag", name, "latest")


def push_chart(registry: Registry, chart: Path) -> None:
    """Push a packed chart."""
    plain = ("--plain-http",) if registry.plain_http else ()
    run(str(find_tool("helm")), "push", str(chart), registry.charts, *plain)
