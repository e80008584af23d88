"""How the command behaves at a terminal: colour only where it is wanted, nothing that steers it, Ctrl-C."""

import asyncio
import os
import pty
import signal

import pytest

from testkit.command import started
from testkit.controlplane import ControlPlane
from testkit.environment import Scene
from testkit.infrahub.faults import Slow
from testkit.objects import config_map
from vidra.api.names import REQUESTED_AT
from vidra.cli.terminal import one_line, printable, table
from vidra.manifests.write import write


async def at_a_terminal(plane: ControlPlane, *args: str, **environment: str) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    around = {"KUBECONFIG": str(plane.kubeconfig), "TERM": "xterm", **environment}
    process = await started(*args, stdout=theirs, environment=around)
    assert await process.wait() == 0
    text = await asyncio.to_thread(os.read, ours, 1 << 16)
    os.close(ours)
    os.close(theirs)
    return text.decode()


@pytest.mark.parametrize(
    ("environment", "coloured"), [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
async def test_colour_is_for_terminals_of_those_who_want_it(
    scene: Scene, environment: dict[str, str], coloured: bool
) -> None:
    name = await scene.resource(write([config_map("one")]))
    await scene.until_resource(name)
    text = await at_a_terminal(scene.plane, "get", name, **environment)
    assert name in text
    assert ("\x1b[" in text) is coloured


async def test_ctrl_c_ends_it_with_130(scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one")]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    scene.infrahub.faults.add(Slow(60))
    process = await started("reconcile", sync, "--wait", environment={"KUBECONFIG": str(scene.plane.kubeconfig)})
    await scene.until_sync(sync, lambda item: REQUESTED_AT in item["metadata"].get("annotations", {}))
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    scene.infrahub.faults.clear()
    assert process.returncode == 130
    assert b"Traceback" not in err


def test_what_a_stranger_wrote_cannot_steer_it() -> None:
    assert printable("a\x1b[2Jb\u202e") == "a\ufffd[2Jb\ufffd"
    assert one_line("a\nb\rc") == "a b\ufffdc"
    assert "\x1b" not in table(["NAME"], [["\x1b]0;title\x07"]])


def test_columns_stand_below_their_titles_whatever_is_in_them() -> None:
    lines = table(["NAME", "AGE"], [["長い名前", "1s"], ["a", "2s"]]).split("\n")
    assert lines == ["NAME       AGE", "長い名前   1s", "a          2s"]
