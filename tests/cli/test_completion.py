"""After Tab the shell gets names from the cluster, or nothing."""

from vidra.manifests.write import write
from vidra.testing.command import Ended, Vidra, vidra_with
from vidra.testing.objects import config_map
from vidra.testing.scene import Scene


async def after_tab(vidra: Vidra, *words: str) -> Ended:
    """What bash is offered for the last word."""
    line = " ".join(("vidra", *words))
    return await vidra(_VIDRA_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words)))


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


async def test_without_a_cluster_there_is_nothing_and_no_noise() -> None:
    ended = await after_tab(vidra_with(None), "get", "")
    assert (ended.out.strip(), ended.err) == ("", "")
