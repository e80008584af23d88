"""Artifacts in a registry that others wrote (go-containerregistry), with and without tokens before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from testkit.archives import archive
from testkit.parts.oci_registry import ARGO, FLUX, OciRegistry
from testkit.parts.registry import Registry
from testkit.sources import Remarks, lend, secret
from vidra.api.reasons import Reason
from vidra.api.sources import OciSource
from vidra.sources.oci import OciKind
from vidra.sources.protocol import SourceError

NAME = "team/manifests"


@pytest.mark.parametrize("scheme", ["", "basic", "bearer"])
@pytest.mark.parametrize("media_type", [FLUX, ARGO])
async def test_an_artifact_is_followed(tmp_path: Path, scheme: str, media_type: str) -> None:
    async with Registry(tmp_path) as real, OciRegistry(f"http://{real.address}") as gate:
        gate.scheme, gate.users = scheme, {"vidra": "secret-secret"} if scheme else {}
        lent = lend("127.0.0.0/8")
        lent.secrets.changed(secret(url=gate.base, username="vidra", password="secret-secret"))
        kind, spec = OciKind(lent), OciSource(url=f"{gate.url}/{NAME}", paths=("apps/*",), insecure=True)
        for version in ("1.0.0", "1.2.0", "1.10.0", "2.0.0"):
            files = {"apps/web/a.yaml": f"version: {version}\n", "apps/db/b.yaml": "b: 1\n"}
            await gate.push(NAME, version, [(media_type, archive(files))])
        source = await kind.open(replace(spec, semver="^1"), Remarks())
        before = await source.list()
        assert before.revision.startswith("1.10.0@sha256:")
        assert await source.fetch(before.units[1]) == b"--- # file: apps/web/a.yaml\nversion: 1.10.0\n"
        digest = await gate.push(NAME, "1.11.0", [(media_type, archive({"apps/web/a.yaml": "version: 1.11.0\n"}))])
        after = await (await kind.open(replace(spec, semver="^1"), Remarks())).list()
        assert after.revision == f"1.11.0@{digest}"
        pinned = await (await kind.open(replace(spec, digest=digest), Remarks())).list()
        assert pinned.units == after.units
        with pytest.raises(SourceError) as caught:
            await (await kind.open(replace(spec, tag="nosuch"), Remarks())).list()
        assert caught.value.reason == Reason.REF_NOT_FOUND
        await kind.close()
