"""`vidra ui` prints an address that opens the page once, and another for Enter; plugins of the kubeconfig run once."""

import asyncio
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
import yaml

from testkit.command import started, vidra_with
from testkit.controlplane import ControlPlane
from testkit.page import Browser
from testkit.patience import HANG
from vidra.ui.page import BUILT


def with_plugin(plane: ControlPlane, folder: Path) -> Path:
    """A kubeconfig whose user logs in with a program, which counts its runs."""
    config = yaml.safe_load(plane.kubeconfig.read_text())
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": plane.token},
    }
    program = folder / "login"
    counted = f"open({str(folder / 'runs')!r}, 'a').write('x')"
    program.write_text(f"#!{sys.executable}\nimport json\n{counted}\nprint(json.dumps({answer!r}))\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    plugin = {"apiVersion": answer["apiVersion"], "command": str(program), "interactiveMode": "Never"}
    config["users"] = [{"name": user["name"], "user": {"exec": plugin}} for user in config["users"]]
    file = folder / "config"
    file.write_text(yaml.safe_dump(config))
    return file


@pytest.fixture
def built() -> Iterator[None]:
    """A page where the command looks for it: the built one, or for the time of a test what is enough for a server."""
    index = BUILT / "index.html"
    if index.exists():
        yield
        return
    BUILT.mkdir(exist_ok=True)
    index.write_text("<!doctype html>\n")
    yield
    index.unlink()


@pytest.mark.usefixtures("built")
async def test_it_prints_an_address_and_runs_a_plugin_once(controlplane: ControlPlane, tmp_path: Path) -> None:  # S19
    environment = {"KUBECONFIG": str(with_plugin(controlplane, tmp_path))}
    running = await started("ui", "--no-browser", environment=environment)
    assert running.stdout is not None
    async with asyncio.timeout(HANG):
        line = (await running.stdout.readline()).decode()
    found = re.fullmatch(r"Vidra's page, once: (http://127\.0\.0\.1:\d+)/#code=(\S+)\n", line)
    assert found, line
    async with aiohttp.ClientSession() as session:
        page = Browser(session, found[1])
        assert (await page.log_in(found[2])).status == 200
        for _ in range(3):
            assert (await page.get("api/me")).json["person"]["user"] == "admin"
        assert (await page.log_in(found[2])).status == 401
    running.terminate()
    _, err = await asyncio.wait_for(running.communicate(), HANG)
    assert running.returncode == 0
    assert b"used an address a second time" in err
    assert (tmp_path / "runs").read_text() == "x"


async def test_what_is_missing_in_a_cluster_is_one_sentence(controlplane: ControlPlane) -> None:
    vidra = vidra_with(controlplane.kubeconfig)
    nowhere = await vidra("ui", "--in-cluster")
    assert nowhere.code == 2
    assert "--origin" in nowhere.err
    unproven = await vidra("ui", "--in-cluster", "--auth", "proxy", "--origin", "https://vidra.example.com")
    assert unproven.code == 2
    assert "--proxy-secret-file" in unproven.err
