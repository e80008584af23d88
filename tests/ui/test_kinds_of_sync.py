"""Syncs of every kind are listed, opened and acted on alike, and two of one name are never mixed."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from testkit.environment import SCENE_LABEL, SYNCS, VIDRA_SYNCS, Scene, connection_to
from testkit.eventually import eventually
from testkit.objects import cluster_rights, config_map
from vidra.api.names import GROUP, MANIFESTS_LABEL, USUAL_NAMESPACE
from vidra.kube.errors import ApiError, Status
from vidra.manifests.write import write
from vidra.ui.viewer import visible
from vidra.views.name_forms import SHORT_KINDS

Open = Callable[..., Any]
KINDS = {"isync": SYNCS, "vsync": VIDRA_SYNCS}


async def two(scene: Scene) -> str:
    """An InfrahubSync and a VidraSync, both Ready, of one name."""
    scene.infrahub.add_artifact("Web", write([config_map("of-infrahub")]))
    name = await scene.sync("Web", interval="1h")
    labels = {MANIFESTS_LABEL: scene.namespace, SCENE_LABEL: scene.namespace}
    metadata = {"name": f"manifests-{scene.namespace}", "namespace": USUAL_NAMESPACE, "labels": labels}
    text = write([config_map("of-the-other")])
    await scene.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"all": text}})
    await scene.vidra_sync(name=name, source={"inline": {"label": scene.namespace}}, interval="1h")
    await scene.until_sync(name)
    await scene.until_vidra_sync(name)
    return name


async def test_two_of_one_name_are_two_rows_each_with_its_own(opened: Open, scene: Scene) -> None:
    name = await two(scene)
    page = await opened()
    for key, source, held in ((name, "infrahub", "of-infrahub"), (f"VidraSync/{name}", "inline", "of-the-other")):
        async with page.stream("syncs,resources,objects", sync=key) as event:
            tables = (await event("snapshot"))["tables"]
        assert set(tables["syncs"]) == {key}
        assert tables["syncs"][key]["source"] == source
        assert {row["sync"] for row in tables["resources"].values()} == {key}
        assert [row[3] for rows in tables["objects"].values() for row in rows] == [held]


async def test_each_is_opened_previewed_and_acted_on(opened: Open, scene: Scene) -> None:
    name = await two(scene)
    page = await opened()
    for word, kind in KINDS.items():
        found = (await page.get(f"api/detail/{word}/{name}")).json
        assert found["kind"] == kind.kind
        assert (await page.get(f"api/held/{word}/{name}")).json is None
        assert (await page.post("api/diff", {"name": f"{word}/{name}"})).json["changes"] == []
        answer = await page.post("api/act/suspend", {"name": f"{word}/{name}", "uid": found["uid"]})
        assert answer.json["done"] == f"{kind.kind} {name}: suspended"
    events = (await page.get("api/events", about=f"vsync/{name}")).json
    assert events
    assert not [event for event in events if event["about"].startswith("InfrahubSync")]
    first = (await page.get(f"api/detail/isync/{name}")).json
    assert first["revisions"] == ["branch", "date"]
    refused = await page.post("api/diff", {"name": f"vsync/{name}", "branch": "other"})
    assert (refused.status, "has no branch" in refused.error) == (422, True)


async def test_a_right_on_one_kind_is_none_on_the_other(opened: Open, scene: Scene) -> None:
    name = await two(scene)
    token = await scene.token_of("one-kind")
    rules = (
        {"apiGroups": [GROUP], "resources": ["infrahubsyncs", "vidraresources"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": [GROUP], "resources": ["infrahubsyncs"], "verbs": ["patch"]},
    )
    for body in cluster_rights("one-kind", scene.namespace, *rules):
        await scene.apply(body)
    page = await opened(connection=msgspec.structs.replace(connection_to(scene.plane), token=token))

    async def mine() -> dict[tuple[str, str], bool]:
        rights = (await page.get("api/me")).json["rights"]
        return {(right["verb"], right["resource"]): right["allowed"] for right in rights}

    async def known() -> bool:
        return (await mine())["patch", "infrahubsyncs"]

    await eventually(known)
    assert not (await mine())["patch", "vidrasyncs"]
    async with page.stream("syncs") as event:
        snapshot = await event("snapshot")
    assert name in snapshot["tables"]["syncs"]
    assert f"VidraSync/{name}" not in snapshot["tables"]["syncs"]
    assert snapshot["sight"]["infrahubsyncs"] == {"current": True}
    assert "forbidden" in snapshot["sight"]["vidrasyncs"]["why"]


@pytest.mark.parametrize(
    ("code", "known", "seen", "why"),
    [
        (404, True, True, ""),  # an operator from before that kind: there are none
        (404, False, False, "vidra install"),
        (403, True, False, "forbidden"),
    ],
)
def test_a_kind_that_cannot_be_seen_is_not_taken_for_empty(code: int, known: bool, seen: bool, why: str) -> None:
    found = visible(ApiError(code, Status(message="forbidden: no")), current=False, known=known)
    assert found.current is seen
    assert why in found.why


@pytest.mark.parametrize("word", ["nothing", "Deployment", "secrets"])
async def test_another_kind_has_no_page(opened: Open, word: str) -> None:
    answer = await (await opened()).get(f"api/detail/{word}/web")
    assert answer.status == 404
    assert all(each in answer.error for each in SHORT_KINDS.values())
