"""An operator that is told where traces go sends them, names them in its log, and does not hang on who takes them."""

from collections.abc import Awaitable, Callable

import pytest

from testkit.controlplane.ports import free_port
from testkit.environment import SYNCS, Json, Scene
from testkit.otlp import Receiver
from testkit.patience import NEVER
from testkit.process import OperatorProcess
from vidra.api.names import REQUESTED_AT, TRACE_ID

NewOperator = Callable[..., Awaitable[OperatorProcess]]

BOX = "{apiVersion: v1, kind: ConfigMap, metadata: {name: traced}, data: {a: b}}"


async def changed(scene: Scene, sync: str, artifact: str) -> Json:
    """The Event of a VidraResource whose artifact has changed."""
    scene.infrahub.change(artifact, BOX.replace("a: b", "a: c"))
    await scene.patch(SYNCS, sync, {"metadata": {"annotations": {REQUESTED_AT: "now"}}})
    return await scene.until_event(f"{sync}-{artifact}", "Applied")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")


async def test_the_trace_the_event_and_the_log_name_the_same_id(
    new_operator: NewOperator, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        operator = await new_operator()
        artifact = scene.infrahub.add_artifact("Traced", BOX)
        sync = await scene.sync("Traced", interval="1h")
        await scene.until_sync(sync)
        resource = f"{sync}-{artifact}"
        await receiver.until(lambda spans: any(not span.parent for span in spans))
        (first,) = {span.trace for span in receiver.spans}
        said = await operator.until_said("'reason': 'Applied'", resource)
        assert said["trace_id"] == first
        event = await changed(scene, sync, artifact)
        trace = event["metadata"]["annotations"][TRACE_ID]
        await receiver.until(lambda spans: any(not span.parent and span.trace != first for span in spans))
        assert {span.trace for span in receiver.spans} == {first, trace}
        said = await operator.until_said("'reason': 'Applied'", trace)
        assert said["trace_id"] == trace


async def test_who_is_away_is_said_in_the_same_form_and_holds_nothing_up(
    new_operator: NewOperator, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", f"{NEVER:g}")  # the exporter itself would go on trying
    operator = await new_operator()
    scene.infrahub.add_artifact("Traced", BOX)
    await scene.until_sync(await scene.sync("Traced", interval="1h"))
    said = await operator.until_said("'library': 'opentelemetry")
    assert said["level"] in {"warning", "error"}
    assert await operator.terminate() == 0
    assert len(operator.lines()) == len(operator.text().splitlines())


async def test_without_an_endpoint_no_event_names_a_trace(new_operator: NewOperator, scene: Scene) -> None:
    await new_operator()
    artifact = scene.infrahub.add_artifact("Traced", BOX)
    sync = await scene.sync("Traced", interval="1h")
    await scene.until_sync(sync)
    event = await changed(scene, sync, artifact)
    assert "annotations" not in event["metadata"]
