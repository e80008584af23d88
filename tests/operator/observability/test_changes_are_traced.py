"""Where traces are wanted, a change is one: from Infrahub's list until its objects are well, in every cluster."""

import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import structlog

from testkit.controlplane import ControlPlane
from testkit.environment import SYNCS, Scene, has_reason
from testkit.fixtures import away
from testkit.infrahub.faults import Answered
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.otlp import Received, Receiver
from testkit.patience import HANG
from testkit.scraping import values
from testkit.trigger import ask
from vidra.api.names import TRACE_ID
from vidra.manifests.write import write
from vidra.telemetry.otlp import Otel
from vidra.telemetry.otlp_environment import tracing_from_environment

BOX = write([config_map("box", colour="red")])
AROUND = {"query", "download", "store", "hand over", "pass", "wait for health"}
INSIDE = {"read", "compare", "apply", "write status"}
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: job}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: one, image: one}]}}}
"""


@pytest.fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    """What traces are sent to."""
    async with Receiver() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-who=vidra")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        yield receiver


@pytest.fixture
async def traced(own_scene: Scene, own_operator: Operating, receiver: Receiver) -> AsyncIterator[Operating]:
    """An operator that traces, in place of the one that does not."""
    tracing = tracing_from_environment()
    assert isinstance(tracing, Otel)
    assert receiver.url
    await own_operator.stop()
    async with Operating(own_scene.plane, tracing=tracing) as operating:
        yield operating
    await own_operator.start()


def roots(spans: list[Received]) -> list[Received]:
    return [span for span in spans if not span.parent]


def complete(spans: list[Received]) -> bool:
    """Whether nothing is missing above what was received; a pass may end a moment after the change that it carries."""
    return bool(spans) and {span.parent for span in spans} - {span.id for span in spans} == {""}


def only(spans: list[Received], name: str) -> Received:
    (span,) = [span for span in spans if span.name == name]
    return span


async def test_from_the_list_until_all_is_well_it_is_one_trace(
    own_scene: Scene, traced: Operating, receiver: Receiver
) -> None:
    artifact = own_scene.infrahub.add_artifact("Boxes", BOX)
    name = await own_scene.sync("Boxes", interval="1h")
    await own_scene.until_sync(name)
    await receiver.until(complete)
    spans = receiver.spans
    assert {span.trace for span in spans} == {spans[0].trace}
    assert {span.service for span in spans} == {"vidra"}
    (root,) = roots(spans)
    assert (root.name, root.error) == ("artifact change", "")
    assert root.attributes["vidra.sync"] == name
    assert root.attributes["vidra.artifact"] == artifact
    resource = f"{name}-{artifact}"
    (passed,) = [span for span in spans if span.id == only(spans, "apply").parent]
    assert passed.name == "pass"
    assert passed.attributes["vidra.resource"] == resource
    parents = {span.name: span.parent for span in spans}
    assert {part for part, parent in parents.items() if parent == root.id} == AROUND
    assert {part for part, parent in parents.items() if parent == passed.id} == INSIDE
    order = ["query", "download", "store", "hand over", "apply", "wait for health"]
    began = [only(spans, part).began for part in order]
    assert began == sorted(began)
    assert root.began <= began[0]
    assert receiver.headers[0]["x-who"] == "vidra"
    assert values(traced)["vidra_delivery_seconds_count", ("applied",)] == 1
    assert values(traced)["vidra_delivery_seconds_count", ("healthy",)] == 1


async def test_each_change_is_a_trace_of_its_own_and_a_steady_state_is_none(
    own_scene: Scene, traced: Operating, receiver: Receiver
) -> None:
    assert traced.running
    one = own_scene.infrahub.add_artifact("Boxes", BOX)
    own_scene.infrahub.add_artifact("Boxes", write([config_map("other")]))
    name = await own_scene.sync("Boxes", interval="1h")
    await own_scene.until_sync(name)
    await receiver.until(lambda spans: len(roots(spans)) == 2)
    await ask(own_scene, name)
    await own_scene.request(f"{name}-{one}", "now")
    own_scene.infrahub.change(one, BOX.replace("red", "blue"))
    await ask(own_scene, name)
    await receiver.until(lambda spans: len(roots(spans)) == 3)
    last = roots(receiver.spans)[-1]
    assert last.attributes["vidra.artifact"] == one
    event = await own_scene.until_event(f"{name}-{one}", "Applied")
    assert event["metadata"]["annotations"] == {TRACE_ID: last.trace}
    assert [span.name for span in receiver.spans if span.trace == last.trace].count("download") == 1


async def test_a_change_for_two_clusters_is_one_trace(
    own_scene: Scene, traced: Operating, receiver: Receiver, east_plane: ControlPlane, west_plane: ControlPlane
) -> None:
    assert traced.running
    async with away(own_scene, east_plane) as east, away(own_scene, west_plane) as west:
        await east.credentials("a-east", story="two")
        await west.credentials("b-west", story="two")
        own_scene.infrahub.add_artifact("Boxes", BOX)
        destination = {"clusterSelector": {"matchLabels": {"story": "two"}}}
        name = await own_scene.sync("Boxes", interval="1h", destination=destination)
        await own_scene.until_sync(name, lambda item: item.get("status", {}).get("clusterProgress") == "2/2")
        await receiver.until(complete)
        spans = receiver.spans
        assert {span.trace for span in spans} == {roots(spans)[0].trace}
        names = [span.name for span in spans]
        assert (names.count("download"), names.count("hand over"), names.count("apply")) == (1, 2, 2)
        await own_scene.delete(SYNCS, name)
        await own_scene.until_gone(SYNCS, name)


async def test_a_change_that_fails_ends_with_the_reason_and_goes_on_in_the_same_trace(
    own_scene: Scene, traced: Operating, receiver: Receiver
) -> None:
    assert traced.running
    elsewhere = write([config_map("box", "nowhere", colour="red")])
    broken = f"{elsewhere}---\n{{broken"
    artifact = own_scene.infrahub.add_artifact("Boxes", broken)
    name = await own_scene.sync("Boxes", interval="1h")
    await own_scene.until_sync(name, has_reason("ResourcesNotReady"))
    await receiver.until(lambda spans: bool(roots(spans)))
    (root,) = roots(receiver.spans)
    assert f"{name}-{artifact}: InvalidManifest" in root.error
    before = len([span for span in receiver.spans if span.name == "pass"])
    await own_scene.request(f"{name}-{artifact}", "now")
    await receiver.until(lambda spans: len([span for span in spans if span.name == "pass"]) > before)
    assert {span.trace for span in receiver.spans} == {root.trace}


async def test_a_text_that_cannot_be_had_is_a_failed_trace(
    own_scene: Scene, traced: Operating, receiver: Receiver
) -> None:
    assert traced.running
    own_scene.infrahub.faults.add(Answered.error(404, "no such artifact"), "/api/artifact/*")
    own_scene.infrahub.add_artifact("Boxes", BOX)
    name = await own_scene.sync("Boxes", interval="1h")
    await own_scene.until_sync(name, has_reason("ArtifactNotFound"))
    await receiver.until(lambda spans: bool(roots(spans)))
    assert only(receiver.spans, "download").error
    assert roots(receiver.spans)[0].error


async def test_what_is_on_its_way_when_the_operator_ends_is_sent(
    own_scene: Scene, traced: Operating, receiver: Receiver
) -> None:
    own_scene.infrahub.add_artifact("Jobs", JOB)
    name = await own_scene.sync("Jobs", interval="1h")
    await own_scene.until_sync(name)  # without `wait` it is Ready, although the job never ends
    await traced.stop()
    await receiver.until(lambda spans: bool(roots(spans)))
    assert roots(receiver.spans)[0].attributes["vidra.ended"] == "interrupted"
    assert only(receiver.spans, "wait for health").parent == roots(receiver.spans)[0].id
    await traced.start()


def test_without_an_endpoint_nothing_of_opentelemetry_is_loaded() -> None:
    look = (
        "import sys; from vidra.manager import Manager\n"
        "from vidra.telemetry.otlp_environment import tracing_from_environment\n"
        "tracing_from_environment({'OTEL_SERVICE_NAME': 'x'})\n"
        "print([name for name in sys.modules if name.partition('.')[0] in {'opentelemetry', 'requests', 'google'}])"
    )
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=HANG, check=True)
    assert found.stdout == "[]\n"


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_the_usual_variables_turn_it_off(variables: dict[str, str]) -> None:
    assert not isinstance(tracing_from_environment(variables), Otel)


def test_what_cannot_be_done_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    with structlog.testing.capture_logs() as logs:
        tracing_from_environment({**wanted, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})
        monkeypatch.setitem(sys.modules, "vidra.telemetry.otlp", None)
        assert not isinstance(tracing_from_environment(wanted), Otel)
    assert [line["event"] for line in logs] == ["traces are off"] * 2
    assert "http/protobuf" in logs[0]["hint"]
    assert "vidra[traces]" in logs[1]["hint"]
