import asyncio
import os
import select
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from testkit.controlplane import AuditLog, ControlPlane, ControlPlaneError, KubectlError
from testkit.patience import HANG

NewControlPlane = Callable[..., Awaitable[ControlPlane]]

CONFIG_MAP = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: kept
data:
  answer: "42"
"""


async def test_kubectl_talks_to_the_api_server(controlplane: ControlPlane, namespace: str) -> None:
    await controlplane.kubectl("-n", namespace, "apply", "-f", "-", stdin=CONFIG_MAP)
    read = await controlplane.kubectl("-n", namespace, "get", "configmap", "kept", "-o", "jsonpath={.data.answer}")
    assert read.stdout == "42"


async def test_a_failed_kubectl_says_why(controlplane: ControlPlane) -> None:
    with pytest.raises(KubectlError, match="NotFound"):
        await controlplane.kubectl("get", "namespace", "nowhere")
    unchecked = await controlplane.kubectl("get", "namespace", "nowhere", check=False)
    assert unchecked.returncode == 1


async def test_the_controllers_delete_what_lost_its_owner(controlplane: ControlPlane, namespace: str) -> None:
    await controlplane.kubectl("-n", namespace, "create", "deployment", "web", "--image=web")
    watching = ("-n", namespace, "wait", f"--timeout={HANG:g}s")
    await controlplane.kubectl(*watching, "--for=create", "pod", "-l=app=web")
    await controlplane.kubectl("-n", namespace, "delete", "deployment", "web")
    await controlplane.kubectl(*watching, "--for=delete", "pod", "-l=app=web")


async def test_the_audit_log_shows_a_request_and_who_sent_it(controlplane: ControlPlane, namespace: str) -> None:
    mark = controlplane.audit.mark()
    await controlplane.kubectl("-n", namespace, "create", "configmap", "seen")
    [entry] = [entry for entry in await controlplane.audit.since(mark) if entry.name == "seen"]
    assert (entry.verb, entry.resource, entry.namespace, entry.code) == ("create", "configmaps", namespace, 201)
    assert entry.user == "admin"
    assert entry.user_agent.startswith("kubectl/")


async def test_the_audit_log_counts_a_watch_when_it_opens(controlplane: ControlPlane, namespace: str) -> None:
    mark = controlplane.audit.mark()
    path = f"/api/v1/namespaces/{namespace}/secrets?watch=true&timeoutSeconds=1"
    await controlplane.request("GET", path)
    watches = [entry for entry in await controlplane.audit.since(mark) if entry.uri == path]
    assert [watch.verb for watch in watches] == ["watch"]


def line(stage: str, uri: str) -> str:
    """One line of an audit log; its ID is its URI."""
    return f'{{"stage":"{stage}","auditID":"{uri}","verb":"get","requestURI":"{uri}","user":{{"username":"me"}}}}\n'


def test_the_audit_log_leaves_out_a_line_that_is_still_being_written(tmp_path: Path) -> None:
    first = line("ResponseComplete", "/a")
    path = tmp_path / "audit.log"
    log = AuditLog(path)
    assert log.so_far(log.mark()) == []
    path.write_text(first + first[:20])
    mark = log.mark()
    assert [entry.uri for entry in log.so_far()] == ["/a"]
    path.write_text(first + line("ResponseComplete", "/b"))
    assert [entry.uri for entry in log.so_far(mark)] == ["/b"]


def test_the_audit_log_leaves_out_what_was_taken_before_the_mark(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    log = AuditLog(path)
    path.write_text(line("RequestReceived", "/a") + line("ResponseComplete", "/a") + line("RequestReceived", "/b"))
    mark = log.mark()
    with path.open("a") as file:
        file.write(line("ResponseComplete", "/b") + line("RequestReceived", "/c") + line("ResponseComplete", "/c"))
    assert [entry.uri for entry in log.so_far(mark)] == ["/c"]
    assert [entry.uri for entry in log.so_far()] == ["/a", "/b", "/c"]


async def test_the_audit_log_waits_for_the_answer_to_what_was_taken(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    path.write_text(line("RequestReceived", "/a"))
    log = AuditLog(path)
    asked = asyncio.ensure_future(log.since())
    await asyncio.sleep(0)
    assert not asked.done()
    with path.open("a") as file:
        file.write(line("RequestReceived", "/later") + line("ResponseComplete", "/a"))
    assert [entry.uri for entry in await asked] == ["/a"]


@pytest.mark.occasional
async def test_an_outage_keeps_the_address_the_data_and_the_credentials(new_controlplane: NewControlPlane) -> None:
    plane = await new_controlplane(controllers=False)
    await plane.kubectl("apply", "-f", "-", stdin=CONFIG_MAP)
    server = plane.server
    await plane.stop_apiserver()
    with pytest.raises(aiohttp.ClientConnectorError):
        await plane.request("GET", "/version")
    await plane.start_apiserver()
    kept = await plane.request("GET", "/api/v1/namespaces/default/configmaps/kept")
    assert (plane.server, kept.status) == (server, 200)


@pytest.mark.occasional
async def test_two_control_planes_know_nothing_of_each_other(
    controlplane: ControlPlane, new_controlplane: NewControlPlane, namespace: str
) -> None:
    other = await new_controlplane(controllers=False)
    assert (await controlplane.request("GET", f"/api/v1/namespaces/{namespace}")).status == 200
    assert (await other.request("GET", f"/api/v1/namespaces/{namespace}")).status == 404


@pytest.mark.occasional
async def test_nothing_is_left_when_a_control_plane_ends() -> None:
    async with ControlPlane(controllers=False) as plane:
        folder = plane.folder
        assert len(_processes_of(folder)) == 2
    assert not _processes_of(folder)
    assert not folder.exists()


@pytest.mark.occasional
async def test_nothing_is_left_running_when_the_run_is_killed(tmp_path: Path) -> None:
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _RUN, stdout=asyncio.subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert run.stdout is not None
    await run.stdout.readline()
    started = [os.pidfd_open(process) for process in _processes_of(tmp_path)]
    run.send_signal(signal.SIGKILL)
    await run.wait()
    assert len(started) == 2
    for process in started:
        assert select.select([process], [], [], HANG)[0], "it outlived its run"
        os.close(process)


async def test_a_part_that_dies_is_named_with_the_tail_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho the disk is on fire\nexit 1\n")
        program.chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    with pytest.raises(ControlPlaneError, match=r"^etcd ended(.|\n)*the disk is on fire$"):
        await ControlPlane().start()


_RUN = """
import asyncio
from testkit.controlplane import ControlPlane
from testkit.patience import HANG

async def main():
    async with ControlPlane(controllers=False):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def _processes_of(folder: Path) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _mentions(entry, folder)]


def _mentions(process: Path, folder: Path) -> bool:
    try:
        return str(folder) in (process / "cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
