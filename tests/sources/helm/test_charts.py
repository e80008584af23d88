"""Charts of repositories and registries: which version is read, what is verified, and what is not asked again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator

import pytest
import yaml
from aiohttp import web
from msgspec.structs import replace

from testkit.chart_repository import CHART, chart, index, publish
from testkit.parts.oci_registry import OciRegistry
from testkit.parts.web_files import WebFiles
from testkit.sources import Remarks, lend, secret
from vidra.api.reasons import Reason
from vidra.api.sources import HelmSource
from vidra.sources.helm import HelmKind
from vidra.sources.lent import Lent
from vidra.sources.protocol import Form, Listing, SourceError

OLD, NEW, NEXT = (chart(version) for version in ("1.4.0", "1.4.2", "2.0.0-rc.1"))
VERSIONS = {"1.4.0": OLD, "1.4.2": NEW, "2.0.0-rc.1": NEXT}
PASSWORD = "hunter2-hunter2"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture
async def server() -> AsyncIterator[WebFiles]:
    async with WebFiles() as running:
        publish(running, {"alpha": {"0.1.0": b"x"}, "gateway": VERSIONS, "zulu": {"0.1.0": b"x"}})
        yield running


@pytest.fixture
async def registry() -> AsyncIterator[OciRegistry]:
    async with OciRegistry() as running:
        for version, archive in VERSIONS.items():
            await running.push("charts/gateway", version, [(CHART, archive)])
        yield running


@pytest.fixture
async def kind(lent: Lent) -> AsyncIterator[HelmKind]:
    kind = HelmKind(lent)
    yield kind
    await kind.close()


@pytest.fixture
def spec(server: WebFiles) -> HelmSource:
    return HelmSource(url=f"{server.url}/charts", chart="gateway", insecure=True)


@pytest.fixture
def pushed(registry: OciRegistry) -> HelmSource:
    return HelmSource(url=f"{registry.url}/charts/gateway", insecure=True)


async def listed(kind: HelmKind, spec: HelmSource) -> Listing:
    return await (await kind.open(spec, Remarks())).list()


async def read(kind: HelmKind, spec: HelmSource) -> bytes:
    source = await kind.open(spec, Remarks())
    return await source.fetch((await source.list()).units[0])


async def refused(kind: HelmKind, spec: HelmSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await read(kind, spec)
    assert PASSWORD not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("version", "found"), [(None, "1.4.2"), ("1.4.0", "1.4.0"), ("~1.4", "1.4.2"), (">=2.0.0-0", "2.0.0-rc.1")]
)
async def test_the_version_that_is_meant_is_read(
    kind: HelmKind, spec: HelmSource, pushed: HelmSource, version: str | None, found: str
) -> None:
    archive = VERSIONS[found]
    for each in (spec, pushed):
        source = await kind.open(replace(each, version=version), Remarks())
        listing = await source.list()
        (unit,) = listing.units
        assert (unit.id, unit.form, unit.marker) == ("gateway", Form.CHART, digest(archive))
        assert listing.revision == f"{found}@{digest(archive)}"
        assert listing.remarks == ()
        assert await source.fetch(unit) == archive


async def test_an_index_that_did_not_change_is_not_sent_again(
    server: WebFiles, kind: HelmKind, spec: HelmSource
) -> None:
    before = await listed(kind, spec)
    assert await listed(kind, spec) == before
    assert [status for *_, status in server.asked] == ["200", "304"]


async def test_a_chart_that_did_not_change_costs_one_request(
    registry: OciRegistry, kind: HelmKind, pushed: HelmSource
) -> None:
    fixed = replace(pushed, version="1.4.0")
    before = await listed(kind, fixed)
    registry.asked.clear()
    assert await listed(kind, fixed) == before
    assert [asked.method for asked in registry.asked] == ["HEAD"]


@pytest.mark.parametrize("form", ["block", "json", "quoted", "crlf"])
async def test_an_index_is_read_however_it_is_written(
    server: WebFiles, kind: HelmKind, spec: HelmSource, form: str
) -> None:
    text = index({"alpha": {"9.0.0": b"x"}, "gateway": VERSIONS}).decode()
    written = {
        "block": text,
        "json": json.dumps(yaml.safe_load(text)),
        "quoted": text.replace("  gateway:", '  "gateway":'),
        "crlf": text.replace("\n", "\r\n"),
    }
    server.files["/charts/index.yaml"] = written[form].encode()
    assert (await listed(kind, spec)).revision.startswith("1.4.2@")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": "1.5.0"}, (Reason.VERSION_NOT_FOUND, "there are 2.0.0-rc.1, 1.4.2, 1.4.0")),
        ({"version": "^3"}, (Reason.VERSION_NOT_FOUND, "no version ^3")),
        ({"version": "newest"}, (Reason.INVALID_SPEC, "spec.source.helm.version")),
        ({"chart": "gatewy"}, (Reason.VERSION_NOT_FOUND, 'did you mean "gateway"?')),
        ({"chart": None}, (Reason.INVALID_SPEC, "name the chart")),
        ({"insecure": False}, (Reason.INVALID_SPEC, "without TLS")),
        ({"url": "https://me:secret@127.0.0.1/charts"}, (Reason.INVALID_SPEC, "belong in a Secret")),
        ({"url": "http://169.254.169.254/charts"}, (Reason.HOST_NOT_ALLOWED, "--source-host")),
    ],
)
async def test_a_version_that_is_not_there_is_said(
    kind: HelmKind, spec: HelmSource, changes: dict[str, str], told: tuple[Reason, str]
) -> None:
    error = await refused(kind, replace(spec, **changes))
    assert (error.reason, told[1] in str(error)) == (told[0], True), str(error)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": "1.5.0"}, (Reason.REF_NOT_FOUND, "no tag 1.5.0")),
        ({"version": "^3"}, (Reason.VERSION_NOT_FOUND, "no version ^3")),
        ({"chart": "gateway"}, (Reason.INVALID_SPEC, "part of the url")),
        ({"url": "oci://127.0.0.1/"}, (Reason.INVALID_SPEC, "spec.source.helm.url")),
    ],
)
async def test_a_chart_that_is_not_in_a_registry_is_said(
    kind: HelmKind, pushed: HelmSource, changes: dict[str, str], told: tuple[Reason, str]
) -> None:
    error = await refused(kind, replace(pushed, **changes))
    assert (error.reason, told[1] in str(error)) == (told[0], True), str(error)


async def test_manifests_in_a_registry_are_no_chart(registry: OciRegistry, kind: HelmKind, pushed: HelmSource) -> None:
    await registry.push("charts/gateway", "3.0.0", [("application/yaml", b"kind: x\n")])
    error = await refused(kind, pushed)
    assert (error.reason, "spec.source.oci" in str(error)) == (Reason.UNSUPPORTED_CONTENT, True)


async def test_a_chart_with_another_digest_is_not_rendered(server: WebFiles, kind: HelmKind, spec: HelmSource) -> None:
    server.files["/charts/gateway-1.4.2.tgz"] = OLD
    error = await refused(kind, spec)
    assert (error.reason, digest(OLD) in str(error)) == (Reason.CHECKSUM_MISMATCH, True)


async def test_a_version_that_was_replaced_is_remarked_on(server: WebFiles, kind: HelmKind, spec: HelmSource) -> None:
    await listed(kind, spec)
    again = chart("1.4.2", {"other.yaml": "kind: x\n"})
    publish(server, {"gateway": {**VERSIONS, "1.4.2": again}})
    listing = await listed(kind, spec)
    assert listing.units[0].marker == digest(again)
    assert listing.remarks == (
        f"gateway 1.4.2 was replaced in {spec.url}: it was {digest(NEW)}, and is {digest(again)} now",
    )
    assert await listed(kind, spec) == listing


async def test_an_index_without_digests_is_read_with_a_remark(
    server: WebFiles, kind: HelmKind, spec: HelmSource
) -> None:
    lines = server.files["/charts/index.yaml"].decode().splitlines(keepends=True)
    server.files["/charts/index.yaml"] = "".join(line for line in lines if "digest:" not in line).encode()
    listing = await listed(kind, spec)
    assert "cannot be verified" in listing.remarks[0]


async def test_credentials_reach_the_repository_and_no_other_host(
    server: WebFiles, lent: Lent, kind: HelmKind, spec: HelmSource
) -> None:
    lent.secrets.changed(secret(url=spec.url, username="vidra", password=PASSWORD))
    async with WebFiles() as storage:
        storage.files["/gateway-1.4.2.tgz"] = NEW
        urls = f"{storage.url}/{{name}}-{{version}}.tgz"
        server.files["/charts/index.yaml"] = index({"gateway": VERSIONS}, urls)
        source = await kind.open(spec, Remarks())
        assert await source.fetch((await source.list()).units[0]) == NEW
        assert server.asked[0][1].startswith("Basic ")
        assert storage.asked[0][1] == ""


@pytest.mark.parametrize("url", ["oci://127.0.0.1/x", "file:///etc/passwd", "http://169.254.169.254/x.tgz"])
async def test_an_index_that_leads_elsewhere_is_not_followed(
    server: WebFiles, kind: HelmKind, spec: HelmSource, url: str
) -> None:
    server.files["/charts/index.yaml"] = index({"gateway": VERSIONS}, url)
    assert (await refused(kind, spec)).reason in {Reason.UNSUPPORTED_CONTENT, Reason.HOST_NOT_ALLOWED}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>", (Reason.UNSUPPORTED_CONTENT, "no index")),
        (b"apiVersion: v1\nentries: {}\n", (Reason.VERSION_NOT_FOUND, "no chart")),
        (b"apiVersion: v1\nentries:\n", (Reason.VERSION_NOT_FOUND, "no chart")),
        (b"entries:\n  gateway:\n  - [}\n", (Reason.UNSUPPORTED_CONTENT, "no YAML")),
        (b"entries:\n  gateway:\n  - version: 1\n  - x\n", (Reason.UNSUPPORTED_CONTENT, "no address")),
        (b"{", (Reason.UNSUPPORTED_CONTENT, "cannot be read")),
        (b"entries:\n  a: &a [" + b"x, " * 9 + b"]\n  gateway: *a\n", (Reason.VERSION_NOT_FOUND, "no chart")),
    ],
)
async def test_an_index_that_is_none_is_said(
    server: WebFiles, kind: HelmKind, spec: HelmSource, body: bytes, told: tuple[Reason, str]
) -> None:
    server.files["/charts/index.yaml"] = body
    error = await refused(kind, spec)
    assert (error.reason, told[1] in str(error)) == (told[0], True), str(error)


async def test_an_index_of_a_hundred_megabytes_is_refused(server: WebFiles, kind: HelmKind, spec: HelmSource) -> None:
    async def endless(_: web.Request) -> web.Response:
        return web.Response(body=b"#" * (100 << 20))

    server.fault = endless
    error = await refused(kind, spec)
    assert (error.reason, "--source-limit received=" in str(error)) == (Reason.TOO_LARGE, True)


async def test_a_large_index_is_read(server: WebFiles, spec: HelmSource) -> None:
    many = {f"chart-{number:04}": {f"0.{minor}.0": b"x" for minor in range(5)} for number in range(2_000)}
    server.files["/charts/index.yaml"] = index({**many, "gateway": VERSIONS})
    kind = HelmKind(lend(memory=128 << 20))
    assert (await listed(kind, spec)).revision.startswith("1.4.2@")
    await kind.close()
