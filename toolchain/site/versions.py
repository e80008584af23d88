"""``python -m toolchain.site.versions FOLDER``: list the versions of the site there, and lead to the newest."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

_NUMBER: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_REDIRECT: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Vidra</title>
<meta http-equiv="refresh" content="0; url={version}/"><link rel="canonical" href="{version}/">
</head><body><a href="{version}/">Vidra</a></body></html>
"""


def list_versions(folder: Path) -> tuple[str, ...]:
    """Write the list and the address for the folders that are there; gives the versions, the newest release first.

    The list has the form that the theme's menu reads, which is mike's.
    """
    found = sorted(
        (item.name for item in folder.iterdir() if (item / "index.html").is_file()), key=_order, reverse=True
    )
    newest = found[0]
    listed: list[dict[str, Any]] = [
        {"version": version, "title": version, "aliases": ["latest"] if version == newest else []} for version in found
    ]
    (folder / "versions.json").write_bytes(msgspec.json.encode(listed))
    (folder / "index.html").write_text(_REDIRECT.format(version=newest), encoding="utf-8")
    return tuple(found)


def _order(version: str) -> tuple[bool, tuple[int, ...], bool, str]:
    """Released versions above previews of them, and both above what has no number."""
    number = _NUMBER.match(version)
    numbers = tuple(int(part) for part in number.groups()) if number else ()
    return bool(number), numbers, bool(_NUMBER.fullmatch(version)), version


if __name__ == "__main__":
    list_versions(Path(sys.argv[1]))
