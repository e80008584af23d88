"""Manifests behind a URL: read once, asked for again only if they changed, and never other than they were pinned."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from msgspec.structs import replace

from testkit.archives import archive
from testkit.parts.web_files import WebFiles
from testkit.sources import Remarks, lend, secret
from vidra.api.reasons import Reason
from vidra.api.sources import HttpSource
from vidra.sources.http import HttpKind
from vidra.sources.lent import Lent
from vidra.sources.protocol import Listing, SourceError

TEXT = b"kind: x\n"
TOKEN = "hunter2-hunter2"


@pytest.fixture
async def server() -> AsyncIterator[WebFiles]:
    async with WebFiles() as running:
        running.files["/a.yaml"] = TEXT
        running.files["/a.tar.gz"] = archive({"apps/web/a.yaml": "a: 1\n", "apps/db/b.yaml": "b: 1\n"})
        yield running


@pytest.fixture
async def kind(lent: Lent) -> AsyncIterator[HttpKind]:
    kind = HttpKind(lent)
    yield kind
    await kind.close()


@pytest.fixture
def spec(server: WebFiles) -> HttpSource:
    return HttpSource(url=f"{server.url}/a.yaml", insecure=True)


async def listed(kind: HttpKind, spec: HttpSource) -> Listing:
    return await (await kind.open(spec, Remarks())).list()


async def refused(kind: HttpKind, spec: HttpSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await listed(kind, spec)
    assert TOKEN not in str(caught.value)
    return caught.value


async def test_a_file_is_one_unit(kind: HttpKind, spec: HttpSource) -> None:
    source = await kind.open(spec, Remarks())
    listing = await source.list()
    (unit,) = listing.units
    assert (unit.id, unit.marker) == (".", hashlib.sha256(TEXT).hexdigest())
    assert listing.revision == f"sha256:{hashlib.sha256(TEXT).hexdigest()}"
    assert await source.fetch(unit) == TEXT


async def test_what_did_not_change_is_not_sent_again(server: WebFiles, kind: HttpKind, spec: HttpSource) -> None:
    before = await listed(kind, spec)
    assert await listed(kind, spec) == before
    assert [status for *_, status in server.asked] == ["200", "304"]
    server.files["/a.yaml"] = b"kind: y\n"
    assert await listed(kind, spec) != before


async def test_the_folders_of_an_archive_are_units(server: WebFiles, kind: HttpKind, spec: HttpSource) -> None:
    spec = replace(spec, url=f"{server.url}/a.tar.gz", paths=("apps/*",))
    source = await kind.open(spec, Remarks())
    before = await source.list()
    assert [unit.id for unit in before.units] == ["apps/db", "apps/web"]
    assert await source.fetch(before.units[1]) == b"--- # file: apps/web/a.yaml\na: 1\n"
    server.files["/a.tar.gz"] = archive({"apps/web/a.yaml": "a: 1\n", "apps/db/b.yaml": "b: 2\n"})
    after = await listed(kind, spec)
    assert [unit.id for unit in after.units if unit not in before.units] == ["apps/db"]


async def test_a_text_that_was_lost_is_downloaded_again(server: WebFiles, kind: HttpKind, spec: HttpSource) -> None:
    (unit,) = (await listed(kind, spec)).units
    source = await kind.open(spec, Remarks())
    await source.list()  # a 304: there is no text at hand
    assert await source.fetch(unit) == TEXT
    server.files["/a.yaml"] = b"kind: other\n"
    source = await kind.open(spec, Remarks())
    with pytest.raises(SourceError) as caught:
        await source.fetch(unit)
    assert caught.value.reason == Reason.CHECKSUM_MISMATCH


async def test_a_pinned_file_is_asked_for_once_and_is_no_other(
    server: WebFiles, kind: HttpKind, spec: HttpSource
) -> None:
    pinned = replace(spec, sha256=hashlib.sha256(TEXT).hexdigest(), insecure=False)
    before = await listed(kind, pinned)
    assert await listed(kind, pinned) == before
    assert len(server.asked) == 1
    error = await refused(kind, replace(pinned, sha256="0" * 64))
    assert error.reason == Reason.CHECKSUM_MISMATCH


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"url": "{}/nosuch"}, (Reason.SOURCE_NOT_FOUND, "nothing at")),
        ({"url": "{}/a.yaml", "insecure": False}, (Reason.INVALID_SPEC, "without TLS")),
        ({"url": "{}/a.yaml", "paths": ("apps",)}, (Reason.UNSUPPORTED_CONTENT, "no archive")),
        ({"url": "{}/a.tar.gz", "paths": ("nosuch",)}, (Reason.PATH_NOT_FOUND, "nosuch")),
        ({"url": "{}/a.tar.gz", "paths": ("../x",)}, (Reason.INVALID_SPEC, "leads out")),
        ({"url": "ssh://127.0.0.1/a"}, (Reason.INVALID_SPEC, "https://")),
        ({"url": "http://a:b@127.0.0.1/a"}, (Reason.INVALID_SPEC, "Secret")),
        ({"url": "file:///etc/passwd"}, (Reason.INVALID_SPEC, "https://")),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, (Reason.HOST_NOT_ALLOWED, "--source-host")),
    ],
)
async def test_what_cannot_be_had_is_said(
    server: WebFiles, kind: HttpKind, spec: HttpSource, changes: dict[str, str], told: tuple[Reason, str]
) -> None:
    changes = {**changes, "url": changes["url"].format(server.url)}
    error = await refused(kind, replace(spec, **changes))
    assert (error.reason, told[1] in str(error)) == (told[0], True)


async def test_an_unmatched_pattern_beside_others_makes_the_list_incomplete(
    server: WebFiles, kind: HttpKind, spec: HttpSource
) -> None:
    listing = await listed(kind, replace(spec, url=f"{server.url}/a.tar.gz", paths=("apps/*", "nosuch")))
    assert "nosuch" in listing.missing


async def test_a_redirect_is_followed_without_the_credentials(
    server: WebFiles, lent: Lent, kind: HttpKind, spec: HttpSource
) -> None:
    lent.secrets.changed(secret(url=spec.url, token=TOKEN))
    async with WebFiles() as storage:
        storage.files["/stored"] = TEXT

        async def redirect(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": f"{storage.url}/stored?signature={TOKEN}"})

        server.fault = redirect
        assert (await listed(kind, spec)).units
        assert server.asked[0][1] == f"Bearer {TOKEN}"
        assert storage.asked[0][1] == ""
        del storage.files["/stored"]
        kind = HttpKind(lent)
        await refused(kind, spec)
        await kind.close()


async def test_a_redirect_to_an_address_that_is_not_listed_is_not_followed(
    server: WebFiles, kind: HttpKind, spec: HttpSource
) -> None:
    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})

    server.fault = redirect
    assert (await refused(kind, spec)).reason == Reason.HOST_NOT_ALLOWED


async def test_a_redirect_in_a_circle_ends(server: WebFiles, kind: HttpKind, spec: HttpSource) -> None:
    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/a.yaml"})

    server.fault = redirect
    assert "again and again" in str(await refused(kind, spec))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (web.Response(text="<html>", content_type="text/html"), Reason.UNSUPPORTED_CONTENT),
        (web.Response(status=304), Reason.SOURCE_ERROR),
        (web.Response(body=b"x", headers={"Content-Encoding": "br"}), Reason.SOURCE_ERROR),
        (web.Response(status=429, headers={"Retry-After": "7"}), Reason.SOURCE_ERROR),
        (web.Response(status=401), Reason.CREDENTIALS_MISSING),
    ],
    ids=str,
)
async def test_an_answer_that_is_no_file(
    server: WebFiles, kind: HttpKind, spec: HttpSource, answer: web.Response, reason: Reason
) -> None:
    async def say(_: web.Request) -> web.Response:
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    server.fault = say
    error = await refused(kind, spec)
    assert error.reason == reason
    assert error.retry_after == (7 if answer.status == 429 else None)


async def test_more_than_is_received_is_refused(server: WebFiles, spec: HttpSource) -> None:
    server.files["/a.yaml"] = b"#" * 100_000
    kind = HttpKind(lend(received=50_000))
    error = await refused(kind, spec)
    await kind.close()
    assert error.reason == Reason.TOO_LARGE
    assert "--source-limit received=" in str(error)
