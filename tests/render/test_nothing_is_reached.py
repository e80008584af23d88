"""Rendering reaches nothing: no network, no program, no file, no environment; whatever a chart or an overlay says."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from testkit.charts import KUBE_VERSION, chart, config_map
from testkit.overlays import WEB, overlay
from vidra.manifests.parse import read
from vidra.render.errors import RenderError, RenderFault
from vidra.render.process import ProcessRenderer
from vidra.render.request import HelmRequest, KustomizeRequest, RenderRequest
from vidra.render.wire import PROTOCOL


class Lure:
    """A server on loopback that counts who comes."""

    def __init__(self) -> None:
        self.came = 0
        self.port = 0

    async def come(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        writer.close()


@pytest.fixture
async def lure() -> AsyncIterator[Lure]:
    lure = Lure()
    async with await asyncio.start_server(lure.come, "127.0.0.1", 0) as server:
        lure.port = server.sockets[0].getsockname()[1]
        yield lure


@pytest.fixture
def for_anybody(renderer_program: Path) -> Iterator[Path]:
    """A copy of the program, in a folder in which every user may write."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(shutil.copy(renderer_program, folder))


@pytest.mark.parametrize("user", sorted({os.getuid(), 65532 if os.getuid() == 0 else os.getuid()}))
async def test_the_filter_stops_every_thread_with_and_without_privileges(
    user: int, for_anybody: Path, lure: Lure
) -> None:
    asked = {
        "address": f"127.0.0.1:{lure.port}",
        "program": "/bin/true",
        "read": "/etc/passwd",
        "write": str(for_anybody.with_name("x")),
    }
    process = await asyncio.create_subprocess_exec(
        for_anybody, stdin=PIPE, stdout=PIPE, user=user, cwd="/", env={"SECRET": "1"}
    )
    out, _ = await process.communicate(json.dumps({"protocol": PROTOCOL, "probe": asked}).encode())
    found: dict[str, str] = json.loads(out)["probed"]
    assert found.pop("environment") == "SECRET=1", "what it is given is all that it has"
    assert set(found) == {"connect", "listen", "start", "become", "read", "write"}
    assert all("operation not permitted" in said for said in found.values()), found
    assert lure.came == 0
    assert "x" not in os.listdir(for_anybody.parent)  # noqa: PTH208 — a folder of two files


def builtin(kind: str, field: str) -> str:
    return f"apiVersion: builtin\nkind: {kind}\nmetadata: {{name: p}}\n{field}\n"


def outside(address: str) -> dict[str, RenderRequest]:
    """Overlays and charts that name an address."""
    url = f"http://{address}/x.yaml"
    repository = f"http://{address}/a.git"

    def over(text: str, **files: str) -> KustomizeRequest:
        return KustomizeRequest(files=overlay(text, w=WEB, **files))

    schema = json.dumps({"$ref": f"http://{address}/schema.json"})
    return {
        "a URL as resource": over(f"resources: ['{url}']"),
        "a repository as resource": over(f"resources: ['{repository}?ref=main']"),
        "a repository with git:: before it": over(f"resources: ['git::{repository}']"),
        "a repository as base": over(f"bases: ['{repository}//sub?ref=v1']"),
        "a repository as component": over(f"components: ['{repository}']"),
        "a repository over ssh": over("resources: ['git@127.0.0.1:a/b.git']"),
        "a URL as patch": over(f"resources: [w.yaml]\npatches: [{{path: '{url}'}}]"),
        "a URL as file": over(f"configMapGenerator: [{{name: a, files: ['k={url}']}}]"),
        "a URL as schema": over(f"resources: [w.yaml]\nopenapi: {{path: '{url}'}}"),
        "a URL as configuration": over(f"resources: [w.yaml]\nconfigurations: ['{url}']"),
        # Found by nobody before Kustomize runs: the filter alone stops these.
        "a URL in a built-in transformer": over(
            "resources: [w.yaml]\ntransformers: [t.yaml]", t=builtin("PatchTransformer", f"path: '{url}'")
        ),
        "a URL in a built-in generator": over(
            "generators: [t.yaml]", t=builtin("ConfigMapGenerator", f"files: ['{url}']")
        ),
        "a URL in the schema of values": HelmRequest(
            chart=chart(schema=schema), release="r", namespace="ns", kube_version=KUBE_VERSION
        ),
        "a file in the schema of values": HelmRequest(
            chart=chart(schema='{"$ref": "file:///etc/passwd"}'), release="r", namespace="ns", kube_version=KUBE_VERSION
        ),
    }


@pytest.mark.parametrize("name", outside("127.0.0.1:1"))
async def test_what_leads_outside_is_refused_and_nobody_is_asked(name: str, renderer_program: Path, lure: Lure) -> None:
    with pytest.raises(RenderError) as raised:
        await ProcessRenderer(renderer_program).render(outside(f"127.0.0.1:{lure.port}")[name])
    assert raised.value.fault is RenderFault.REMOTE, str(raised.value)
    assert lure.came == 0


EMPTY: dict[str, str] = {
    "a name is not looked up": '{{ getHostByName "localhost" }}',
    "a file outside of the chart": '{{ .Files.Get "../../../etc/passwd" }}{{ .Files.Get "/etc/passwd" }}',
    "files by a pattern": '{{ range $n, $_ := .Files.Glob "/etc/*" }}{{ $n }}{{ end }}',
}


@pytest.mark.parametrize("name", EMPTY)
async def test_templates_see_nothing_of_the_machine(name: str, renderer_program: Path) -> None:
    files = chart(web=config_map("a", f"x: 'none{EMPTY[name]}'"))
    request = HelmRequest(chart=files, release="r", namespace="ns", kube_version=KUBE_VERSION)
    (only,) = read((await ProcessRenderer(renderer_program).render(request)).text).objects
    body: dict[str, Any] = only.body
    assert body["data"] == {"x": "none"}
