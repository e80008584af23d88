"""What the Go modules pinned beside this file say of themselves."""

import platform
import re
from pathlib import Path
from typing import Final

from toolchain.errors import BinariesError

PRODUCT: Final = "renderer"
_ARCHITECTURES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def place(module: str) -> Path:
    """Return the folder of a pinned module: its go.mod, its go.sum, and whatever else is needed to make it.

    That of the product's own program lies beside this package.
    """
    here = Path(__file__).parent
    return here.parent / module if module == PRODUCT else here / module


def required(module: str, dependency: str) -> str:
    """Return the version, with its leading ``v``, of what a pinned module requires."""
    return _first(rf"^\s*(?:require\s+)?{re.escape(dependency)} (v\S+)", module)


def go_version(module: str) -> str:
    """Return the oldest Go that builds a pinned module."""
    return _first(r"^go (\S+)", module)


def go_order(version: str) -> tuple[int, ...]:
    """Make Go's versions comparable: ``1.26.0`` → ``(1, 26, 0)``."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def architecture() -> str:
    """Return Go's word for this machine.

    Raises:
        BinariesError: This machine is not one that a control plane runs on.
    """
    if platform.system() != "Linux" or platform.machine().lower() not in _ARCHITECTURES:
        raise BinariesError(
            f"A control plane runs on Linux on amd64 or arm64, and this is {platform.system()} on "
            f"{platform.machine()}: use such a machine, a virtual one will do."
        )
    return _ARCHITECTURES[platform.machine().lower()]


def _first(pattern: str, module: str) -> str:
    found = re.search(pattern, (place(module) / "go.mod").read_text(), re.MULTILINE)
    assert found, f"no line of {module}/go.mod matches {pattern}"
    return found.group(1)
