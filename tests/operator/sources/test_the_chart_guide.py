"""The guide "A Helm chart with values from Infrahub", followed to the letter."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from pathlib import Path

import pytest
from aiohttp import web

from testkit.environment import VIDRA_SYNCS, Scene
from testkit.guide import follow
from testkit.parts.certificates import serving
from testkit.parts.web_files import WebFiles
from toolchain.find import find
from vidra.cli.options import SOURCE_HOSTS
from vidra.render.program import GIVEN


@pytest.mark.occasional
async def test_the_guide_step_by_step(own_scene: Scene, renderer_program: Path, tmp_path: Path) -> None:
    infrahub = own_scene.infrahub
    artifact = infrahub.add_artifact("gateway_values", "peers: [leaf-1, leaf-2]\n")
    infrahub.create_branch("more")
    infrahub.change(artifact, "peers: [leaf-1, leaf-2, leaf-3]\n", branch="more")
    authority = tmp_path / "ca.pem"
    authority.write_bytes(serving(tmp_path / "tls", "127.0.0.1"))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "tls" / "tls.crt", tmp_path / "tls" / "tls.key")
    folder = tmp_path / "charts"
    folder.mkdir()

    async def give(request: web.Request) -> web.Response | None:
        file = folder / request.path.lstrip("/")
        return web.Response(body=await asyncio.to_thread(file.read_bytes))

    async with WebFiles(tls) as server:
        server.fault = give
        environment = {
            **os.environ,
            "KUBECONFIG": str(own_scene.plane.kubeconfig),
            "HOME": str(tmp_path),
            "PATH": f"{Path(sys.executable).parent}:{find()}:{os.environ['PATH']}",
            SOURCE_HOSTS: "127.0.0.1",
            GIVEN: str(renderer_program),
            "INFRAHUB": infrahub.url,
            "INFRAHUB_BRANCH": "more",
            "CHARTS": server.url,
            "CHARTS_FOLDER": str(folder),
            "CHARTS_CA": str(authority),
        }
        printed = await follow("a-helm-chart-with-values-from-infrahub.md", environment, tmp_path)
    for fact in (
        "peers: leaf-1,leaf-2\n",
        "+  peers: leaf-1,leaf-2,leaf-3",
        "+  logLevel: debug",
        "2 objects would change",
        "vidrasync/gateway deleted",
    ):
        assert fact in printed
    assert await own_scene.get(VIDRA_SYNCS, "gateway") is None
