"""The guide "From a Git repository to a cluster", followed to the letter."""

from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path

import pytest

from testkit.environment import VIDRA_SYNCS, Scene
from testkit.guide import follow
from testkit.parts.certificates import serving
from testkit.parts.git import GitServer
from toolchain.find import find
from vidra.cli.options import SOURCE_HOSTS


def settings_of(home: Path, authority: Path) -> None:
    """What Git has to know on the machine of somebody who may push."""
    helper = "!f() { echo username=ada; echo password=open-sesame; }; f"
    (home / ".gitconfig").write_text(
        f"[http]\n\tsslCAInfo = {authority}\n[user]\n\tname = Ada\n\temail = ada@example.com\n"
        f'[credential]\n\thelper = "{helper}"\n'
    )


@pytest.mark.occasional
async def test_the_guide_step_by_step(own_scene: Scene, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_bytes(serving(tmp_path / "tls", "127.0.0.1"))
    settings_of(tmp_path, authority)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "tls" / "tls.crt", tmp_path / "tls" / "tls.key")
    async with GitServer(tmp_path / "served", tls) as server:
        repository = server.repository()
        repository.configure("http.receivepack", "true")
        server.users = {"ada": "open-sesame"}
        environment = {
            **os.environ,
            "KUBECONFIG": str(own_scene.plane.kubeconfig),
            "HOME": str(tmp_path),
            "GIT_CONFIG_GLOBAL": str(tmp_path / ".gitconfig"),
            "GIT_CONFIG_COUNT": "0",
            "GIT_SSL_CAINFO": str(authority),
            "PATH": f"{Path(sys.executable).parent}:{find()}:{os.environ['PATH']}",
            SOURCE_HOSTS: "127.0.0.1",
            "REPOSITORY": f"{server.url}/team/repo.git",
            "GIT_USERNAME": "ada",
            "GIT_PASSWORD": "open-sesame",
            "GIT_CA": str(authority),
        }
        printed = await follow("from-a-git-repository.md", environment, tmp_path)
    assert f"main@sha1:{repository.head()}" in printed
    for fact in ("+  greeting: Good morning", "apps/shop", "Ada <ada@example.com>", "vidrasync/apps deleted"):
        assert fact in printed
    assert await own_scene.get(VIDRA_SYNCS, "apps") is None
