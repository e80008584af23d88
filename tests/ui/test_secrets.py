"""No value of a Secret leaves the page's server: not in YAML, previews, streams, traces or errors."""

import secrets
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis.strategies import sampled_from

from testkit.environment import Scene
from testkit.objects import secret
from vidra.manifests.write import write
from vidra.views.object_diff import diffs_of
from vidra.views.yaml_text import yaml_text

MARK = "s3cr3t-m4rk"
PLACES = ("data", "stringData", "annotation", "status", "spec", "extra", "last-applied")
Open = Callable[..., Any]


def marked(place: str, mark: str = MARK) -> dict[str, Any]:
    """A Secret with a value somewhere in it."""
    item: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "one", "namespace": "shop"}}
    if place == "annotation":
        item["metadata"]["annotations"] = {"example.com/backup": f"password={mark}"}
    elif place == "last-applied":
        name = "kubectl.kubernetes.io/last-applied-configuration"
        item["metadata"]["annotations"] = {name: f'{{"data": {{"password": "{mark}"}}}}'}
    elif place in {"status", "spec"}:
        item[place] = {"password": mark}
    else:
        item[place] = {"password": mark}
    return item


@given(place=sampled_from(PLACES), version=sampled_from(["v1", "v2", "v1beta1", ""]))
def test_no_field_of_a_secret_is_shown(place: str, version: str) -> None:  # S2
    item = {**marked(place), "apiVersion": version}
    assert MARK not in yaml_text(item).text
    other = {**marked("data", "harmless"), "apiVersion": version}
    for before, after in ((item, other), (other, item), (None, item), (item, None)):
        for change in diffs_of([("", before, after)]):
            assert MARK not in repr((change.before, change.after))


def test_a_secret_in_a_manifest_is_masked_and_a_large_value_is_cut() -> None:  # S2
    body = {"apiVersion": "infrahub.operators.com/v1alpha1", "kind": "VidraResource", "metadata": {"name": "one"}}
    found = yaml_text({**body, "spec": {"manifest": write([marked("stringData")])}})
    assert MARK not in found.text
    large = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"large": "x" * 1_000_000}}
    shown = yaml_text(large)
    assert len(shown.text) < 10_000
    assert "data.large (1,000,000 characters)" in shown.left_out


async def test_no_route_gives_one_away(opened: Open, scene: Scene) -> None:  # S2, S3, S4
    mark = secrets.token_hex(8)
    body = secret("one", password=mark)
    body["metadata"]["annotations"] = {"example.com/backup": mark}
    name = await scene.resource(write([body]))
    await scene.until_resource(name)
    bad = await scene.resource(write([{**secret("two"), "data": {"password": f"not base64: {mark}"}}]))
    page = await opened()
    place = {"apiVersion": "v1", "kind": "Secret", "namespace": scene.namespace, "name": "one"}
    answers = [
        await page.get(f"api/detail/resource/{name}"),
        await page.get(f"api/detail/resource/{bad}"),
        await page.get("api/object", **place),
        await page.get(f"api/live/{name}"),
        await page.get(f"api/live/{bad}"),
        await page.get("api/trace", object="secret/one", namespace=scene.namespace),
        await page.get("api/events"),
        await page.get("api/events", about=f"vres/{bad}"),
        await page.post("api/diff", {"name": f"vres/{name}"}),
        await page.post("api/diff", {"name": f"vres/{bad}"}),
    ]
    assert [answer.status for answer in answers] == [200] * len(answers), [answer.text[:200] for answer in answers]
    assert "***" in answers[2].json["yaml"]["text"]
    for answer in answers:
        assert mark not in answer.text
    for resource in (name, bad):
        async with page.stream("resources,objects", resource=resource) as event:
            assert mark not in repr(await event("snapshot"))
