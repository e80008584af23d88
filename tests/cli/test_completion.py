"""After Tab the shell gets names from the cluster, or nothing."""

import asyncio
from pathlib import Path

from testkit.command import Ended, Vidra, vidra_with
from testkit.environment import Scene
from testkit.objects import config_map
from testkit.patience import HANG
from vidra.cli.completion import WITHIN
from vidra.manifests.write import write

SOMEWHERE = """
current-context: a
contexts: [{name: a, context: {cluster: a}}]
clusters: [{name: a, cluster: {server: 'http://127.0.0.1:%d'}}]
"""


async def after_tab(vidra: Vidra, *words: str, seconds: float = HANG) -> Ended:
    """What a shell is offered for the last word."""
    return await vidra("__complete", "--", *words, **{WITHIN: f"{seconds:g}"})


async def test_names_of_syncs_and_vidraresources(vidra: Vidra, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one")]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    both = (await after_tab(vidra, "get", scene.namespace)).out.split()
    assert sync in both
    assert [name for name in both if name.startswith(f"{sync}-")]
    only = (await after_tab(vidra, "infrahubsync", "delete", scene.namespace)).out.split()
    assert only == [sync]


async def test_names_of_contexts(vidra: Vidra) -> None:
    assert (await after_tab(vidra, "get", "--context", "v")).out.split() == ["vidra"]


async def test_a_cluster_that_does_not_answer_in_time_gives_nothing(tmp_path: Path) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        kubeconfig = tmp_path / "config"
        kubeconfig.write_text(SOMEWHERE % server.sockets[0].getsockname()[1])
        ended = await after_tab(vidra_with(kubeconfig), "get", "", seconds=0.2)
    assert (ended.code, ended.out.strip(), ended.err) == (0, "", "")


async def test_without_a_cluster_there_is_nothing_and_no_noise() -> None:
    ended = await after_tab(vidra_with(None), "get", "")
    assert (ended.out.strip(), ended.err) == ("", "")
