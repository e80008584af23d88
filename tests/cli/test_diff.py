"""`vidra diff` says what a pass would change, and changes nothing."""

from datetime import UTC, datetime, timedelta

from testkit.command import Vidra
from testkit.environment import Json, Scene, has_reason
from testkit.objects import config_map, custom, definition, namespace, secret
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manifests.write import write


async def everything(scene: Scene) -> list[tuple[str, str, str]]:
    """What is in the namespace, with versions: whatever is written is seen here."""
    found = []
    for api_version, kind in (("v1", "ConfigMap"), ("v1", "Secret")):
        served = await scene.kind(api_version, kind)
        listing: Json = await scene.client.get(served.path(scene.namespace), Json)
        found += [(kind, item["metadata"]["name"], item["metadata"]["resourceVersion"]) for item in listing["items"]]
    return sorted(found)


async def synced(scene: Scene, *objects: Json) -> tuple[str, str]:
    """Names of a sync and its artifact, with these objects applied, and a branch called next."""
    artifact = scene.infrahub.add_artifact("Web", write(objects))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    scene.infrahub.create_branch("next")
    return sync, artifact


async def test_at_peace_nothing_would_change(vidra: Vidra, scene: Scene) -> None:
    sync, _ = await synced(scene, config_map("one", colour="red"), secret("two", password="hunter2"))
    ended = await vidra("diff", sync)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "no objects would change\n"


async def test_another_branch_shows_what_a_merge_would_create_change_and_delete(vidra: Vidra, scene: Scene) -> None:
    sync, artifact = await synced(scene, config_map("one", colour="red"), config_map("goes", colour="red"))
    other = [config_map("one", colour="blue"), config_map("comes", colour="green")]
    scene.infrahub.change(artifact, write(other), branch="next")
    before = await everything(scene)
    ended = await vidra("diff", sync, "--branch", "next")
    assert ended.code == 3, ended.err
    lines = ended.out.splitlines()
    assert f"--- live: ConfigMap {scene.namespace}/goes (v1)" in lines
    assert f"+++ after: ConfigMap {scene.namespace}/comes (v1)" in lines
    assert lines.count("+++ /dev/null") == lines.count("--- /dev/null") == 1
    assert {"-  colour: red", "+  colour: blue", "+  colour: green"} <= set(lines)
    assert ended.err == "3 objects would change\n"
    assert await everything(scene) == before, "a rehearsal writes nothing"


async def test_an_earlier_date_shows_what_a_rollback_would_change(vidra: Vidra, scene: Scene) -> None:
    now = datetime.now(UTC)
    old, new = config_map("one", colour="red"), config_map("one", colour="blue")
    artifact = scene.infrahub.add_artifact("Web", write([old]), since=now - timedelta(days=2))
    scene.infrahub.change(artifact, write([new]), since=now - timedelta(hours=1))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    before = await everything(scene)
    ended = await vidra("diff", sync, "--date", (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert ended.code == 3, ended.err
    assert {"-  colour: blue", "+  colour: red"} <= set(ended.out.splitlines())
    assert await everything(scene) == before
    wrong = await vidra("diff", sync, "--date", "yesterday")
    assert (wrong.code, wrong.out) == (1, "")
    assert "targetDate" in wrong.err


async def test_the_values_of_secrets_are_not_told(vidra: Vidra, scene: Scene) -> None:
    sync, artifact = await synced(scene, secret("login", user="admin", password="hunter2"))
    scene.infrahub.change(artifact, write([secret("login", user="admin", password="hunter3")]), branch="next")
    ended = await vidra("diff", sync, "--branch", "next")
    assert ended.code == 3
    assert "-  password: '*** (before)'" in ended.out
    assert "+  password: '*** (after)'" in ended.out
    assert "aHVudGVy" not in ended.out + ended.err, "the start of both, in base64"
    assert "hunter" not in ended.out + ended.err


async def test_drift_would_be_put_back(vidra: Vidra, scene: Scene) -> None:
    sync, _ = await synced(scene, config_map("one", colour="red"))
    configs = await scene.kind("v1", "ConfigMap")
    path = configs.path(scene.namespace, "one")
    await scene.client.send("PATCH", path, body=encode({"data": {"colour": "pink"}}), content_type=MERGE_PATCH)
    ended = await vidra("diff", sync)
    assert ended.code == 3, ended.err
    assert {"-  colour: pink", "+  colour: red"} <= set(ended.out.splitlines())


async def test_an_artifact_that_is_gone_takes_its_objects_along_and_a_new_one_brings_its_own(
    vidra: Vidra, scene: Scene
) -> None:
    sync, artifact = await synced(scene, config_map("old", colour="red"))
    scene.infrahub.remove(artifact, branch="next")
    scene.infrahub.add_artifact("Web", write([config_map("new", colour="blue")]), branch="next")
    before = await everything(scene)
    ended = await vidra("diff", sync, "--branch", "next")
    assert ended.code == 3, ended.err
    assert f"--- live: ConfigMap {scene.namespace}/old (v1)" in ended.out
    assert f"+++ after: ConfigMap {scene.namespace}/new (v1)" in ended.out
    assert f"note: VidraResource {sync}-{artifact} would be removed" in ended.err
    assert await everything(scene) == before


async def test_an_object_that_moves_to_another_artifact_is_not_deleted(vidra: Vidra, scene: Scene) -> None:
    sync, artifact = await synced(scene, config_map("stays", colour="red"), config_map("moves", colour="red"))
    scene.infrahub.change(artifact, write([config_map("stays", colour="red")]), branch="next")
    scene.infrahub.add_artifact("Web", write([config_map("moves", colour="blue")]), branch="next")
    ended = await vidra("diff", sync, "--branch", "next")
    assert ended.code == 3, ended.err
    assert "+++ /dev/null" not in ended.out
    assert {"-  colour: red", "+  colour: blue"} <= set(ended.out.splitlines())


async def test_a_namespace_a_kind_and_what_is_in_them_would_come_together(vidra: Vidra, scene: Scene) -> None:
    space, group = f"{scene.namespace}-new", f"{scene.namespace}.example.com"
    sync, artifact = await synced(scene, config_map("one", colour="red"))
    objects = [
        config_map("one", colour="red"),
        namespace(space),
        config_map("inside", space, colour="red"),
        definition(group, "Gadget"),
        custom(group, "Gadget", "first", space, size=1),
    ]
    scene.infrahub.change(artifact, write(objects), branch="next")
    ended = await vidra("diff", sync, "--branch", "next")
    assert ended.code == 3, ended.err
    assert f"+++ after: ConfigMap {space}/inside (v1)" in ended.out
    assert f"+++ after: Gadget {space}/first ({group}/v1)" in ended.out
    assert ended.err == "4 objects would change\n"


async def test_what_a_pass_would_not_do_is_said_with_its_reason(vidra: Vidra, scene: Scene) -> None:
    sync, artifact = await synced(scene, config_map("one", colour="red"))
    await scene.apply(config_map("somebodys", scene.namespace, colour="red"))
    scene.infrahub.change(artifact, write([config_map("somebodys", colour="blue")]), branch="next")
    ended = await vidra("diff", sync, "--branch", "next")
    assert ended.code == 1
    assert "(NotOwned)" in ended.err


async def test_a_prune_that_would_be_held_is_shown_and_said(vidra: Vidra, scene: Scene) -> None:
    many = [config_map(f"map-{number:02}", colour="red") for number in range(20)]
    sync, artifact = await synced(scene, *many)
    scene.infrahub.change(artifact, write(many[:2]), branch="next")
    ended = await vidra("diff", sync, "--branch", "next")
    assert ended.code == 3, ended.err
    assert ended.out.count("+++ /dev/null") == 18
    assert "18 of 20 objects would be pruned, which is more than pruneLimit" in ended.err


async def test_an_empty_branch_deletes_nothing(vidra: Vidra, scene: Scene) -> None:
    sync, artifact = await synced(scene, config_map("one", colour="red"))
    scene.infrahub.remove(artifact, branch="next")
    ended = await vidra("diff", sync, "--branch", "next")
    assert (ended.code, ended.out) == (1, "")
    assert "(EmptyResult)" in ended.err


async def test_a_branch_that_is_not_there_is_one_sentence(vidra: Vidra, scene: Scene) -> None:
    sync, _ = await synced(scene, config_map("one", colour="red"))
    ended = await vidra("diff", sync, "--branch", "typo")
    assert (ended.code, ended.out) == (1, "")
    assert "has no branch" in ended.err
    assert ended.err.count("\n") == 1


async def test_a_text_of_ones_own_can_be_tried_on_a_vidraresource(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one", colour="red")]))
    await scene.until_resource(name)
    assert (await vidra("diff", f"vres/{name}")).code == 0
    ended = await vidra("diff", name, "--file", "-", stdin=write([config_map("one", colour="blue")]))
    assert ended.code == 3, ended.err
    assert "+  colour: blue" in ended.out
    broken = await vidra("diff", name, "--file", "-", stdin="kind: [\n")
    assert broken.code == 1
    assert "(InvalidManifest)" in broken.err


async def test_a_cluster_without_credentials_is_a_problem(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]), destination={"server": "https://nowhere.example.com"})
    await scene.until_resource(name, has_reason("ClusterCredentialsMissing"))
    ended = await vidra("diff", name)
    assert ended.code == 1
    assert "(ClusterCredentialsMissing)" in ended.err


async def test_options_that_contradict_each_other_are_wrong_usage(vidra: Vidra) -> None:
    assert (await vidra("diff", "any", "--branch", "next", "--file", "-")).code == 2
    assert (await vidra("diff", "any", "--date", "-2h", "--file", "-")).code == 2
