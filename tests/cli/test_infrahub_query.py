"""`vidra infrahub query apply` gives an Infrahub the stored query, with which a sync then works."""

from pathlib import Path

from testkit.command import Vidra
from testkit.environment import Scene, has_reason
from testkit.objects import config_map
from vidra.manifests.write import write
from vidra.sources.infrahub.query_admin import query_text

EXAMPLE = Path(__file__).parents[2] / "examples" / "infrahub" / "queries" / "artifact_ids.gql"


def test_it_is_the_query_of_the_example() -> None:
    assert query_text("ArtifactIDs") == EXAMPLE.read_text(encoding="utf-8")


async def test_an_infrahub_without_the_query_gets_it(vidra: Vidra, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one")]))
    scene.infrahub.remove_query("ArtifactIDs")
    sync = await scene.sync("Web")
    await scene.until_sync(sync, has_reason("QueryNotFound"))
    first = await vidra("infrahub", "query", "apply", scene.infrahub.url)
    assert (first.code, first.out) == (0, f"{scene.infrahub.url}: query ArtifactIDs created\n"), first.err
    again = await vidra("infrahub", "query", "apply", scene.infrahub.url)
    assert again.out == f"{scene.infrahub.url}: query ArtifactIDs unchanged\n"
    assert (await vidra("reconcile", sync, "--wait")).code == 0


async def test_another_text_of_that_name_is_changed(vidra: Vidra, scene: Scene) -> None:
    ended = await vidra("infrahub", "query", "apply", scene.infrahub.url)
    assert ended.out == f"{scene.infrahub.url}: query ArtifactIDs changed\n"
