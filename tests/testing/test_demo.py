"""The demo, as a person starts it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from demo.recording import FILE
from demo.svg import lines_of
from demo.transcript import Line, alike, told

pytestmark = [
    pytest.mark.usefixtures("new_controlplane"),  # which gets the programs beforehand
]

README = Path(__file__).parents[2] / "README.md"
SEEN = (
    "InfrahubSync webservers is Ready",
    "Deployment shop-lisbon/web is healthy; its Pods: 2 Running.",
    "Its VidraResource says KindUnknown: VirtualMachine router (kubevirt.io/v1)",
    "VirtualMachine machines/router is there",
    "Artifact changed in Infrahub: replicas 2 → 3, image nginx:1.28 → nginx:1.29.",
    "Seen in Deployment shop-lisbon/web after",
    "Somebody deletes Service shop-oslo/web.",
    "It is back after",
    "It has 2 again after",
    "$ vidra diff webservers --branch more-replicas",
    "+  replicas: 3",
    "1 object would change",
    "$ vidra rollback webservers --to -2h",
    "Deployment shop-oslo/web has image nginx:1.27",
    "$ vidra rollback webservers --off",
    "Deployment shop-oslo/web has image nginx:1.28",
    "A VidraSync reads the same application from Git: 1 folder with 4 objects applied",
    "later it is Git's alone, and nothing was deleted.",
    "scales it to 4 replicas, seen after",
    "It is an artifact of Infrahub again, and the VidraSync is deleted.",
    "is the same object as before: True.",
    "$ vidra get",
    "virtual-machines   True    1/1        Current",
    "webservers         True    2/2        Current",
    "Everything was seen in",
)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A demo that ends by itself; its environment, and with it that of all it starts, names the test's folder."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "demo", "--once"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_every_chapter_is_seen_and_the_exit_code_says_so(
    demo: asyncio.subprocess.Process, tmp_path: Path
) -> None:
    out, _ = await demo.communicate()
    text = out.decode()
    assert demo.returncode == 0, text
    places = [text.find(line) for line in SEEN]
    assert places == sorted(places), text
    assert places[0] >= 0, text
    assert "DriftReverted webservers-" in text
    assert "\x1b" not in text, "colours where nobody sees them"
    _is_the_picture(text)
    assert _left_by_one_with(tmp_path) == []


def _is_the_picture(text: str) -> None:
    """The picture in the README shows what is printed; Events come when they come, and not always as many."""
    drawn = map(alike, lines_of(FILE.read_text(encoding="utf-8")))
    printed = (alike(line.text) for line in told(Line(0, line) for line in text.splitlines()))
    shown = _without_events(printed)
    assert _without_events(drawn) == shown, "run: make picture"
    (block,) = re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert {alike(line) for line in block.splitlines() if line != "…"} - shown == set(), (
        "the README shows another output"
    )


def _without_events(lines: Iterable[str]) -> set[str]:
    return {line for line in lines if not line.startswith("⟳")}


@pytest.mark.occasional
async def test_ctrl_c_ends_it_at_once_and_leaves_nothing_behind(
    demo: asyncio.subprocess.Process, tmp_path: Path
) -> None:
    assert demo.stdout is not None
    while b"operator is ready" not in await demo.stdout.readline():
        assert not demo.stdout.at_eof()
    assert len(_started_for(tmp_path)) >= 5
    demo.send_signal(signal.SIGINT)
    rest = await demo.stdout.read()
    assert await demo.wait() == 130, rest
    assert b"Stopped, with everything that was started." in rest
    assert b"Traceback" not in rest
    assert _left_by_one_with(tmp_path) == []


def _left_by_one_with(folder: Path) -> list[str]:
    """Processes and files that should be gone."""
    return [*_started_for(folder), *map(str, folder.iterdir())]


def _started_for(folder: Path) -> list[str]:
    """The command lines of processes that have this TMPDIR."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={folder}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it ended meanwhile, or is somebody else's
            continue
    return found
