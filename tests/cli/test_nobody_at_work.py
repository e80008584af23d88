"""Where no operator is at work, whoever asks for something is told so, instead of waiting."""

import asyncio

import pytest

from testkit.command import Vidra, started
from testkit.controlplane import ControlPlane
from testkit.environment import SYNCS, Scene
from testkit.patience import HANG
from vidra.api.names import REQUESTED_AT
from vidra.manifests.write import write

NOBODY = "warning: no operator is at work in the namespace vidra-system ("


@pytest.fixture
async def waiting(bare: Vidra) -> Vidra:
    """The command where a sync was created, and nobody looks at it."""
    options = ("--url", "https://infrahub.example.com", "--artifact", "Web")
    assert (await bare("infrahubsync", "apply", "other", *options)).code == 0
    return bare


async def test_every_command_that_counts_on_one_says_so(waiting: Vidra) -> None:
    for words in (("get",), ("reconcile", "other"), ("events", "other")):
        ended = await waiting(*words)
        assert ended.code == 0, words
        assert NOBODY in ended.err, words
        assert "): start one with `vidra operator`" in ended.err, words
    assert "no events in the last hour or so\n" in (await waiting("events", "other")).err


async def test_who_waits_in_vain_learns_it_from_the_error(waiting: Vidra) -> None:
    ended = await waiting("reconcile", "other", "--wait", "--timeout", "100ms")
    nobody = "no operator is at work in the namespace vidra-system"
    told = f"error: InfrahubSync other: not ready after 0.1 s ({nobody}); see vidra events other\n"
    assert (ended.code, ended.err) == (4, told)


@pytest.mark.usefixtures("waiting")
async def test_who_waits_long_learns_it_soon(own_plane: ControlPlane) -> None:
    environment = {"KUBECONFIG": str(own_plane.kubeconfig)}
    process = await started("reconcile", "other", "--wait", "--timeout", "1h", environment=environment)
    assert process.stderr is not None
    assert NOBODY in (await process.stderr.readline()).decode()
    process.terminate()
    await process.wait()


async def test_events_are_shown_as_they_come(scene: Scene) -> None:
    sync = await scene.sync("Web")
    environment = {"KUBECONFIG": str(scene.plane.kubeconfig)}
    process = await started("events", sync, "--watch", environment=environment)
    assert process.stdout is not None
    assert (await process.stdout.readline()).split() == [b"AGO", b"TYPE", b"REASON", b"OBJECT", b"MESSAGE"]
    scene.infrahub.add_artifact("Web", write([{"apiVersion": "v1", "kind": "Nosuch", "metadata": {"name": "a"}}]))
    await scene.patch(SYNCS, sync, {"metadata": {"annotations": {REQUESTED_AT: "now"}}})
    async with asyncio.timeout(HANG):
        while not {b"KindUnknown"} < set(line := (await process.stdout.readline()).split()):
            assert line, "it ended"
    assert any(word.startswith(f"VidraResource/{sync}-".encode()) for word in line)
    process.terminate()
    await process.wait()
