"""Which tests run in one worker, and in which order: what needs the same control planes, together and first.

A control plane costs three seconds of CPU to start and a fiftieth of a core as long as it is there. Every worker has
one that most tests share. The others are needed by few files: were those spread over all workers, each would start
every one of them.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]  # xdist has no types

DISTRIBUTION: Final = ("--dist", "loadgroup", "--no-loadscope-reorder")
"""What pytest is told where several workers run."""
_OWN: Final = frozenset({"own_plane"})
_CLUSTERS: Final = frozenset({"east_plane", "west_plane"})
_GROUPS: Final = ("clusters", "own-plane", "command-line")
"""Longest first, so that no worker is left with one of them at the end."""
_FOLDERS: Final = ("model", "operator", "testing", "cli")
"""Of the other files: those that take long first."""


class Distribution(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker a whole group, or else a whole file, at a time."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        return test.rpartition("@")[2] if test.rfind("@") > test.rfind("]") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Distribution | None:
    """Use it where groups are asked for."""
    return Distribution(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Say which file belongs to which group before xdist asks, and sort once the lots are drawn."""
    needs: dict[Path, set[str]] = {}
    for item in items:
        if isinstance(item, pytest.Function):
            needs.setdefault(item.path, set()).update(item.fixturenames)
    for item in items:
        if group := _group(item.path, needs.get(item.path, set())):
            item.add_marker(pytest.mark.xdist_group(group))
    yield
    items.sort(key=partial(_turn, config.rootpath / "tests"))


def _group(file: Path, needs: set[str]) -> str:
    """The group of a file whose tests need these fixtures; empty for one that is a group of its own."""
    if not needs.isdisjoint(_OWN):
        return "command-line" if "cli" in file.parts else "own-plane"
    return "" if needs.isdisjoint(_CLUSTERS) else "clusters"


def _turn(tests: Path, item: pytest.Item) -> int:
    """When an item's group or folder is begun."""
    if mark := item.get_closest_marker("xdist_group"):
        return _GROUPS.index(mark.args[0])
    room = item.path.relative_to(tests).parts[0]
    return len(_GROUPS) + (_FOLDERS.index(room) if room in _FOLDERS else len(_FOLDERS))
