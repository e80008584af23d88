"""Every line of the log is JSON; those of one pass carry its id; how much is said can be changed while it runs."""

from collections.abc import Awaitable, Callable
from typing import Any

from testkit.environment import OWN, Json, Scene, has_reason
from testkit.process import OperatorProcess

NewOperator = Callable[..., Awaitable[OperatorProcess]]

BOX = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {a: b}}"


async def settings(scene: Scene, **data: str) -> None:
    metadata = {"name": "vidra-config", "namespace": OWN, "labels": {"app": "vidra"}}
    await scene.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def about(operator: OperatorProcess, **wanted: Any) -> list[Json]:
    return [line for line in operator.lines() if wanted.items() <= line.items()]


async def test_all_of_it_is_json_with_one_line_for_a_change(new_operator: NewOperator, scene: Scene) -> None:
    operator = await new_operator()
    name = await scene.resource(BOX % "one-line")
    await scene.until_resource(name)
    await scene.until_event(name, "Applied")
    assert len(about(operator, resource=name, event="report")) == 1
    bad = await scene.resource("kind: nonsense")
    await scene.until_event(bad, "InvalidManifest")
    assert [line["level"] for line in about(operator, resource=bad, event="report")] == ["warning"]
    assert len(operator.lines()) == len(operator.text().splitlines())


async def test_the_lines_of_a_pass_carry_its_id_and_watches_do_not(new_operator: NewOperator, scene: Scene) -> None:
    operator = await new_operator("--log-level", "debug")
    name = await scene.resource(BOX % "with-id")
    await scene.until_resource(name)
    await operator.until_said("'event': 'report'", name)
    (applied,) = about(operator, resource=name, event="report")
    await operator.until_said("'event': 'pass'", applied["pass"])
    mine = about(operator, **{"pass": applied["pass"]})
    assert {line["event"] for line in mine} >= {"request", "report", "pass"}
    assert {line.get("resource", line.get("key")) for line in mine} == {name}
    path = f"/api/v1/namespaces/{scene.namespace}/configmaps/with-id"
    assert [line["method"] for line in mine if line.get("path") == path] == ["PATCH"]
    other = await scene.resource(BOX % "other-id")
    await scene.until_resource(other)
    await operator.until_said("'event': 'report'", other)
    assert about(operator, event="report", resource=other)[0]["pass"] != applied["pass"]
    await scene.plane.stop_apiserver()
    await operator.until_said("watch interrupted", "configmaps")
    await scene.plane.start_apiserver()
    cut = [line for line in operator.lines() if line["event"] == "watch interrupted"]
    assert [line for line in cut if "pass" in line or "resource" in line] == []


async def test_the_level_can_be_changed_while_it_runs(new_operator: NewOperator, scene: Scene) -> None:
    operator = await new_operator()
    await settings(scene, logLevel="debug")
    await operator.until_said("'log_level': 'debug'")
    await scene.until_resource(await scene.resource(BOX % "debug"))
    await operator.until_said("'level': 'debug'", "PATCH")
    await settings(scene, logLevel="error")
    await operator.until_said("'log_level': 'error'")
    configs = await scene.kind("v1", "ConfigMap")
    bad = await scene.resource("kind: nonsense")
    await scene.until_event(bad, "InvalidManifest")
    assert about(operator, resource=bad, event="report") == []
    await scene.delete(configs, "vidra-config", namespace=OWN)
    await operator.until_said("'least': 'info'")
    again = await scene.resource("kind: nonsense")
    await scene.until_resource(again, has_reason("InvalidManifest"))
    await operator.until_said("report", again)


async def test_a_level_that_is_none_leaves_the_one_of_the_start(new_operator: NewOperator, scene: Scene) -> None:
    operator = await new_operator("--log-level", "debug")
    await settings(scene, logLevel="loud")
    said = await operator.until_said("logLevel: write debug, info, warning or error")
    assert said["level"] == "warning"
    await scene.until_resource(await scene.resource(BOX % "loud"))
    await operator.until_said("'level': 'debug'", "configmaps/loud")
    configs = await scene.kind("v1", "ConfigMap")
    await scene.delete(configs, "vidra-config", namespace=OWN)
