"""A server of Git that is away, refuses, misleads or answers something else."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from msgspec.structs import replace

from testkit.parts.git import GitServer, Repository
from testkit.sources import Remarks, lend, secret
from vidra.api.reasons import Reason
from vidra.api.sources import GitSource
from vidra.sources.git import GitKind
from vidra.sources.lent import Lent
from vidra.sources.protocol import SourceError

USER, PASSWORD = "vidra", "hunter2-hunter2"


async def refused(kind: GitKind, spec: GitSource, remarks: Remarks | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await (await kind.open(spec, remarks or Remarks())).list()
    assert PASSWORD not in str(caught.value)
    assert caught.value.__context__ is None or PASSWORD not in repr(caught.value.__context__)
    return caught.value


@pytest.mark.parametrize("values", [{"username": USER, "password": PASSWORD}, {"username": USER, "token": PASSWORD}])
async def test_a_private_repository_is_read_with_the_credentials_for_it(
    server: GitServer, repository: Repository, lent: Lent, spec: GitSource, values: dict[str, str]
) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    server.users = {USER: PASSWORD}
    kind = GitKind(lent)
    error = await refused(kind, spec)
    assert error.reason == Reason.CREDENTIALS_MISSING
    assert "vidra.infrahub.operators.com/source=127.0.0.1" in str(error)
    lent.secrets.changed(secret(url=spec.url, username=USER, password="wrong"))
    error = await refused(kind, spec)
    assert error.reason == Reason.UNAUTHORIZED
    assert "vidra-system/credentials" in str(error)
    lent.secrets.changed(secret(url=server.url, name="newer", **values))
    error = await refused(kind, spec)  # the longest path counts, though its password is wrong
    assert error.reason == Reason.UNAUTHORIZED
    lent.secrets.changed(secret(url=f"{server.url}/team/repo", name="credentials", **values))
    source = await kind.open(spec, Remarks())
    (unit,) = (await source.list()).units
    assert await source.fetch(unit)
    await kind.close()


async def test_a_token_alone_is_a_password(
    server: GitServer, repository: Repository, lent: Lent, spec: GitSource
) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    server.users = {"x-access-token": PASSWORD}
    lent.secrets.changed(secret(url=server.url, token=PASSWORD))
    kind = GitKind(lent)
    assert (await (await kind.open(spec, Remarks())).list()).units
    await kind.close()


async def test_credentials_stay_with_what_they_were_stored_for(
    server: GitServer, repository: Repository, lent: Lent, spec: GitSource
) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    for number, url in enumerate(
        (f"{server.url}/other", f"{server.url}/team/rep", "https://127.0.0.1", "http://127.0.0.1")
    ):
        lent.secrets.changed(secret(url=url, name=f"s{number}", username=USER, password=PASSWORD))
    lent.secrets.changed(secret(name="host", username=USER, password=PASSWORD))
    kind = GitKind(lent)
    assert (await (await kind.open(spec, Remarks())).list()).units
    await kind.close()
    assert {asked.authorization for asked in server.asked} == {""}


async def test_a_broken_secret_is_told_and_the_next_is_used(
    server: GitServer, repository: Repository, lent: Lent, spec: GitSource, remarks: Remarks
) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    server.users = {USER: PASSWORD}
    lent.secrets.changed(secret(url=spec.url, name="broken", username=USER))
    kind = GitKind(lent)
    assert (await refused(kind, spec)).reason == Reason.CREDENTIALS_INVALID
    lent.secrets.changed(secret(url=server.url, name="whole", username=USER, password=PASSWORD))
    lent.secrets.changed(secret(url=server.url, name="second", username=USER, password=PASSWORD))
    await (await kind.open(spec, remarks)).list()
    await kind.close()
    assert [reason for reason, _ in remarks.said] == [Reason.CREDENTIALS_INVALID, Reason.CREDENTIALS_AMBIGUOUS]


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[GitServer]:
    async with GitServer(tmp_path / "elsewhere") as running:
        yield running


async def test_a_redirect_to_another_host_is_not_followed(
    server: GitServer, elsewhere: GitServer, spec: GitSource
) -> None:
    elsewhere.repository().commit({"a.yaml": "a: 1\n"})

    async def redirect(request: web.Request) -> web.Response:
        target = f"{elsewhere.url.replace('127.0.0.1', 'localhost')}{request.path_qs}"
        return web.Response(status=302, headers={"Location": target})

    server.fault = redirect
    kind = GitKind(lend("127.0.0.0/8"))
    error = await refused(kind, spec)
    await kind.close()
    assert "another host" in str(error)
    assert elsewhere.asked == []


async def test_a_redirect_to_another_port_gets_no_credentials(
    server: GitServer, elsewhere: GitServer, lent: Lent, spec: GitSource
) -> None:
    elsewhere.repository().commit({"a.yaml": "a: 1\n"})

    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{elsewhere.url}{request.path_qs}"})

    server.fault = redirect
    lent.secrets.changed(secret(url=server.url, username=USER, password=PASSWORD))
    kind = GitKind(lent)
    await (await kind.open(spec, Remarks())).list()
    await kind.close()
    assert server.asked[0].authorization
    assert {asked.authorization for asked in elsewhere.asked} == {""}


async def test_a_repository_that_was_moved_on_its_host_is_found(
    server: GitServer, repository: Repository, lent: Lent, spec: GitSource
) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    server.users = {USER: PASSWORD}

    async def redirect(request: web.Request) -> web.Response | None:
        if request.path.startswith("/team/repo.git/"):
            return None
        return web.Response(status=301, headers={"Location": request.path_qs.replace("/team/repo/", "/team/repo.git/")})

    server.fault = redirect
    spec = replace(spec, url=spec.url.removesuffix(".git"))
    lent.secrets.changed(secret(url=spec.url, username=USER, password=PASSWORD))
    kind = GitKind(lent)
    source = await kind.open(spec, Remarks())
    (unit,) = (await source.list()).units
    assert await source.fetch(unit)
    await kind.close()


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://user:pw@127.0.0.1/", "//", "http://[", ""])
async def test_a_redirect_to_no_address(server: GitServer, kind: GitKind, spec: GitSource, location: str) -> None:
    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    server.fault = redirect
    error = await refused(kind, spec)
    assert "redirects" in str(error)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((404, {}, "not found"), (Reason.SOURCE_NOT_FOUND, "there is no repository", None)),
        ((410, {}, ""), (Reason.SOURCE_NOT_FOUND, "there is no repository", None)),
        ((403, {}, "go away"), (Reason.UNAUTHORIZED, "go away", None)),
        ((403, {"Retry-After": "120"}, ""), (Reason.SOURCE_ERROR, "later", 120)),
        ((403, {"X-RateLimit-Remaining": "0"}, ""), (Reason.SOURCE_ERROR, "later", None)),
        ((429, {"Retry-After": "3600"}, "slow down"), (Reason.SOURCE_ERROR, "slow down", 3600)),
        ((500, {}, ""), (Reason.SOURCE_ERROR, "answers 500", None)),
        ((200, {}, "<html>"), (Reason.SOURCE_NOT_FOUND, "smart protocol", None)),
        ((200, {"Content-Encoding": "gzip"}, "x"), (Reason.SOURCE_ERROR, "compressed", None)),
        ((418, {}, f"echo {PASSWORD}"), (Reason.SOURCE_ERROR, "echo [*]+", None)),
    ],
)
async def test_an_answer_that_is_no_repository(
    server: GitServer,
    lent: Lent,
    spec: GitSource,
    answer: tuple[int, dict[str, str], str],
    told: tuple[Reason, str, float | None],
) -> None:
    async def say(_: web.Request) -> web.Response:
        status, headers, text = answer
        return web.Response(status=status, headers=headers, text=text)

    server.fault = say
    lent.secrets.changed(secret(url=spec.url, username=USER, password=PASSWORD))
    kind = GitKind(lent)
    error = await refused(kind, spec)
    await kind.close()
    reason, said, retry_after = told
    assert error.reason == reason
    assert re.search(said, str(error))
    assert error.retry_after == retry_after


ADVERTISED = "application/x-git-upload-pack-advertisement"
RESULT = "application/x-git-upload-pack-result"
REFS = b"0032" + b"1" * 40 + b" HEAD\n0000"
V2 = b"001e# service=git-upload-pack\n0000000eversion 2\n0013fetch=shallow\n0000"


@pytest.mark.parametrize(
    "body", [b"", b"zzzz", b"0000", b"0003", b"ffff", b"0009hello", b"001e# service=git-upload-pack\n0000"]
)
async def test_a_greeting_that_cannot_be_read(server: GitServer, kind: GitKind, spec: GitSource, body: bytes) -> None:
    async def say(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=ADVERTISED)

    server.fault = say
    assert (await refused(kind, spec)).reason == Reason.SOURCE_ERROR


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"0005x",
        b"0000",
        b"<html>",
        b"0009ERR x",
        b"003cshort HEAD\n0000",
        b"fff0",
        b"0002",
        b"0032" + b"1" * 40 + b" HEAD\n",
    ],
)
async def test_a_list_of_refs_that_cannot_be_read(
    server: GitServer, kind: GitKind, spec: GitSource, body: bytes
) -> None:
    async def say(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(body=V2, content_type=ADVERTISED)
        return web.Response(body=body, content_type=RESULT)

    server.fault = say
    error = await refused(kind, spec)
    assert error.reason in {Reason.SOURCE_ERROR, Reason.REF_NOT_FOUND}
    assert error.reason == Reason.SOURCE_ERROR or body == b"0000"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"0000",
        b"000dpackfile\n",
        b"000dpackfile\n0000",
        b"000dpackfile\n0009\1PACK",
        b"000dpackfile\n0009\1PACK0000",
        b"000dpackfile\n000a\3error0000",
        b"000dpackfile\n0009\7PACK0000",
        b"000dpackfile\nzzzz",
        b"0011ERR shrug\n",
    ],
)
async def test_a_download_that_is_no_pack(server: GitServer, kind: GitKind, spec: GitSource, body: bytes) -> None:
    async def say(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(body=V2, content_type=ADVERTISED)
        return web.Response(body=REFS if b"ls-refs" in await request.read() else body, content_type=RESULT)

    server.fault = say
    assert (await refused(kind, spec)).reason in {Reason.SOURCE_ERROR, Reason.UNSUPPORTED_CONTENT}


async def test_a_server_that_drips(server: GitServer, repository: Repository, spec: GitSource) -> None:
    repository.commit({"a.yaml": "a: 1\n"})

    async def drip(request: web.Request) -> web.StreamResponse | None:
        if b"command=fetch" not in await request.read():
            return None
        response = web.StreamResponse(headers={"Content-Type": RESULT})
        await response.prepare(request)
        while True:
            await response.write(b"0006\2x")
            await asyncio.sleep(0.01)

    server.fault = drip
    kind = GitKind(lend(download=1.0))
    error = await refused(kind, spec)
    await kind.close()
    assert error.reason == Reason.SOURCE_UNREACHABLE
    assert "does not answer in time" in str(error)


async def test_an_answer_that_is_shorter_than_announced(
    server: GitServer, repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    repository.commit({"a.yaml": "a: 1\n"})

    async def lie(request: web.Request) -> web.StreamResponse | None:
        if request.method == "GET":
            return None
        response = web.StreamResponse(headers={"Content-Type": RESULT, "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"0006\2x")
        assert request.transport is not None
        request.transport.close()
        return response

    server.fault = lie
    error = await refused(kind, spec)
    assert error.reason == Reason.SOURCE_UNREACHABLE
    assert "broke off" in str(error)


async def test_a_force_push_during_a_fetch(
    server: GitServer, repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    after: list[str] = []

    async def push(request: web.Request) -> None:
        if b"command=fetch" in await request.read() and not after:
            repository.git("update-ref", "-d", "refs/heads/main")
            after.append(repository.commit({"b.yaml": "b: 1\n"}))
            repository.git("gc", "-q", "--prune=now")

    server.fault = push
    error = await refused(kind, spec)
    assert error.reason == Reason.REF_NOT_FOUND
    assert "taken away" in str(error)
    listing = await (await kind.open(spec, Remarks())).list()
    assert listing.revision == f"main@sha1:{after[0]}"


async def test_a_server_away_and_back(
    server: GitServer, repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    before = await (await kind.open(spec, Remarks())).list()
    await server.down()
    assert (await refused(kind, spec)).reason == Reason.SOURCE_UNREACHABLE
    await server.up()
    assert await (await kind.open(spec, Remarks())).list() == before


async def test_a_repository_is_reached_by_tls_with_the_ca_for_it(tmp_path: Path, lent: Lent) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    async with GitServer(tmp_path, tls) as server:
        server.repository().commit({"a.yaml": "a: 1\n"})
        kind, spec = GitKind(lent), GitSource(url=f"{server.url}/team/repo.git")
        error = await refused(kind, spec)
        assert error.reason == Reason.SOURCE_UNREACHABLE
        assert "ca.crt" in str(error)
        lent.secrets.changed(secret(url=server.url, ca_dot_crt=trustme.CA().cert_pem.bytes().decode()))
        assert (await refused(kind, spec)).reason == Reason.SOURCE_UNREACHABLE
        lent.secrets.changed(secret(url=server.url, ca_dot_crt="no certificate"))
        assert (await refused(kind, spec)).reason == Reason.CREDENTIALS_INVALID
        lent.secrets.changed(secret(url=server.url, ca_dot_crt=authority.cert_pem.bytes().decode()))
        assert (await (await kind.open(spec, Remarks())).list()).units
        await kind.close()


async def test_an_address_that_is_not_listed(server: GitServer, repository: Repository, spec: GitSource) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    kind = GitKind(lend("*"))
    for url in (spec.url, spec.url.replace("127.0.0.1", "localhost")):
        error = await refused(kind, replace(spec, url=url))
        assert error.reason == Reason.HOST_NOT_ALLOWED
    await kind.close()
    assert server.asked == []
