"""``python -m benchmarks.hot_path``: the files that the plainest change runs through, and how often it goes back.

One artifact with two ConfigMaps loses one. Every call of a function of Vidra is counted, from the change in Infrahub
until the sync is Ready with one object: the fewer files, and the fewer moves from one room to another, the easier it
is to follow by reading. ``--list`` names the functions in the order of their first call.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any, Final

from benchmarks.objects import manifest
from benchmarks.stage import stage
from testkit.environment import SYNCS
from testkit.operating import Operating
from vidra.api.names import REQUESTED_AT
from vidra.telemetry.logging import set_level

PRODUCT: Final = Path(__file__).parents[1] / "src" / "vidra"
_ROOT: Final = f"{PRODUCT}/"


class Trail:
    """The calls of functions of Vidra in this thread, while the context lasts."""

    def __init__(self) -> None:
        self.functions: dict[str, None] = {}
        """`file:function`, in the order of their first call."""
        self.files: Counter[str] = Counter()
        """How often control came into a file from another one."""
        self.rooms = 0
        """How often it came into a room from another one."""
        self._file = ""

    def __enter__(self) -> Trail:
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _called(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or not frame.f_code.co_filename.startswith(_ROOT):
            return
        file = frame.f_code.co_filename.removeprefix(_ROOT)
        self.functions.setdefault(f"{file}:{frame.f_code.co_qualname}")
        if file != self._file:
            self.files[file] += 1
            self.rooms += _room(file) != _room(self._file)
            self._file = file


def _room(file: str) -> str:
    """The folder that the conventions name, as `kube`; of `controllers`, the one of a kind or of the runtime."""
    first, _, rest = file.partition("/")
    return f"{first}/{rest.partition('/')[0]}" if first == "controllers" else first


async def follow() -> Trail:
    """Make the change on a real control plane, and follow it."""
    async with stage() as scene, Operating(scene.plane):
        artifact = scene.infrahub.add_artifact("Plain", manifest(0, 2))
        sync = await scene.sync("Plain", interval="1h")
        await scene.until_sync(sync, lambda item: item.get("status", {}).get("objects") == 2)
        scene.infrahub.change(artifact, manifest(0, 1))
        with Trail() as trail:
            await scene.patch(SYNCS, sync, {"metadata": {"annotations": {REQUESTED_AT: "now"}}})
            await scene.until_sync(sync, lambda item: item["status"].get("objects") == 1)
        return trail


def main() -> None:
    """Follow the change and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="name the functions, in the order of their first call")
    options = parser.parse_args()
    set_level("error")
    trail = asyncio.run(follow())
    if options.list:
        print("\n".join(trail.functions))
    rooms = Counter(_room(file) for file in trail.files)
    print(f"{len(trail.files)} files, {len(trail.functions)} functions")
    print(f"{sum(trail.files.values())} changes of file, {trail.rooms} changes of room")
    print("files by room:", ", ".join(f"{room or '.'} {count}" for room, count in rooms.most_common()))
    print("entered most often:", ", ".join(f"{file} {count}" for file, count in trail.files.most_common(8)))


if __name__ == "__main__":
    main()
