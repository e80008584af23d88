"""What stands in the way of a start is said in one sentence or waited for; the end comes when asked for."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from testkit.command import vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import Scene
from testkit.eventually import eventually
from testkit.patience import HANG
from testkit.process import OperatorProcess

NewOperator = Callable[..., Awaitable[OperatorProcess]]

CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {a: b}}"

NO_PEM = """
current-context: a
contexts: [{name: a, context: {cluster: a}}]
clusters: [{name: a, cluster: {server: 'https://127.0.0.1:1', certificate-authority-data: bm90IFBFTQ==}}]
"""


vidra = vidra_with(None)
"""`vidra`, without the cluster of whoever runs the tests."""


async def test_probes_and_metrics_are_served(new_operator: NewOperator) -> None:
    operator = await new_operator()
    await operator.ready()
    assert await operator.ask(operator.health, "/healthz") == (200, "ok")
    assert await operator.ask(operator.health, "/readyz") == (200, "ok")
    status, text = await operator.ask(operator.metrics, "/metrics")
    assert status == 200
    for name in ("controller_runtime_reconcile_total", "workqueue_depth", "process_resident_memory_bytes"):
        assert f"# TYPE {name.removesuffix('_total')}" in text or f"# TYPE {name}" in text
    assert (await operator.ask(operator.metrics, "/healthz"))[0] == 404


async def test_passes_are_counted(new_operator: NewOperator, scene: Scene) -> None:
    operator = await new_operator()
    await scene.until_resource(await scene.resource(CONFIG % "counted"))

    async def counted() -> bool:
        _, text = await operator.ask(operator.metrics, "/metrics")
        return 'controller_runtime_reconcile_total{controller="vidraresource",result="success"}' in text

    await eventually(counted)  # a pass ends a moment after its status is written


async def test_a_signal_ends_it(new_operator: NewOperator) -> None:
    operator = await new_operator()
    await operator.ready()
    assert await operator.terminate() == 0
    assert operator.lines()[-1]["event"] == "stopped"


async def test_zero_serves_nothing(own_plane: ControlPlane, tmp_path: Path) -> None:
    flags = ("--metrics-bind-address=0", "--health-probe-bind-address", "0")
    operator = OperatorProcess(tmp_path, *flags, environment={"KUBECONFIG": str(own_plane.kubeconfig)})
    await operator.start()
    await operator.until_said("ready")
    assert listening(operator.pid) == []
    await operator.kill()


def listening(process: int) -> list[str]:
    """The TCP sockets on which a process takes connections."""
    mine = set()
    for link in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since
            mine.add(str(link.readlink()))
    rows = [row.split() for row in Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in mine]


async def test_an_address_that_cannot_be_served_is_one_sentence(own_plane: ControlPlane) -> None:
    kubeconfig = str(own_plane.kubeconfig)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        flags = (f"--metrics-bind-address={address}", "--health-probe-bind-address=0")
        ended = await vidra("operator", *flags, KUBECONFIG=kubeconfig)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"vidra operator: cannot serve on {address}: Address already in use\n"
    flags = ("--metrics-bind-address=0", "--health-probe-bind-address=eighty")
    ended = await vidra("operator", *flags, KUBECONFIG=kubeconfig)
    assert ended.code == 1
    assert ended.err == (
        "vidra operator: 'eighty' is no bind address: write host:port or :port, or 0 to serve nothing\n"
    )


async def test_no_cluster_to_work_in_is_one_sentence() -> None:
    ended = await vidra("operator")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "vidra operator: no cluster to work in: set KUBECONFIG to a kubeconfig file, or run inside a Pod\n"
    )


@pytest.mark.parametrize(
    ("kubeconfig", "said"),
    [
        ("", "not a kubeconfig"),
        ("- a list", "not a kubeconfig"),
        (
            "{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {}}]}",
            "needs a server",
        ),
        (
            NO_PEM,
            "the TLS data for https://127.0.0.1:1 cannot be used",
        ),
    ],
)
async def test_a_kubeconfig_that_leads_nowhere_is_one_sentence(tmp_path: Path, kubeconfig: str, said: str) -> None:
    file = tmp_path / "config"
    file.write_text(kubeconfig)
    ended = await vidra("operator", KUBECONFIG=str(file))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert said in ended.err


async def test_help_and_version_need_no_cluster() -> None:
    assert (await vidra("--version")).out.startswith("vidra ")
    helped = await vidra("--help")
    assert helped.code == 0
    assert "operator" in helped.out


def test_the_command_line_starts_without_the_operators_imports() -> None:
    look = "import sys, vidra.cli.main; print({'aiohttp', 'structlog', 'prometheus_client'} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=HANG, check=True)
    assert found.stdout == "set()\n"


async def test_an_api_server_that_is_away_is_waited_for_and_a_restart_is_survived(
    own_plane: ControlPlane, new_operator: NewOperator, scene: Scene
) -> None:
    await own_plane.stop_apiserver()
    try:
        operator = await new_operator()
        await operator.until_said("waiting for the API server")
        status, text = await operator.ask(operator.health, "/readyz")
        assert status == 503
        assert text.startswith("not ready")
        assert (await operator.ask(operator.health, "/healthz"))[0] == 200
    finally:
        await own_plane.start_apiserver()
    await operator.ready()
    before = await scene.resource(CONFIG % "before")
    await scene.until_resource(before)
    artifact = scene.infrahub.add_artifact("Restart", CONFIG % "restarted")
    sync = await scene.sync("Restart", interval="1s")
    await scene.until_sync(sync)
    await own_plane.stop_apiserver()
    scene.infrahub.change(artifact, CONFIG % "changed-meanwhile")
    await operator.until_said("cannot reach the API server")
    await own_plane.start_apiserver()
    await scene.until_resource(await scene.resource(CONFIG % "after"))
    configs = await scene.kind("v1", "ConfigMap")
    await scene.until(configs, "changed-meanwhile", lambda _: True, namespace=scene.namespace)
    await scene.until_gone(configs, "restarted", namespace=scene.namespace)
    assert operator.running


async def test_without_its_definitions_it_says_what_to_do_and_goes_on_when_they_come(
    new_controlplane: Callable[..., Awaitable[ControlPlane]], new_operator: NewOperator
) -> None:
    plane = await new_controlplane(controllers=False)
    operator = await new_operator(plane=plane)
    said = await operator.until_said("vidra crds | kubectl apply --server-side -f -")
    assert said["level"] == "warning"
    assert (await operator.ask(operator.health, "/readyz"))[0] == 503
    definitions = await vidra("crds")
    await plane.kubectl("apply", "--server-side", "-f", "-", stdin=definitions.out)
    await operator.ready()
    hints = [line for line in operator.lines() if "hint" in line]
    assert len(hints) == 1
