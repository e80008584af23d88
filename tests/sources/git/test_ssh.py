"""Repositories over ssh: with a key, from a server that is known by its own, and from no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import asyncssh
import pytest
from msgspec.structs import replace

from testkit.parts.git import Repository
from testkit.parts.git.ssh_server import SshGitServer
from testkit.sources import Remarks, lend, secret
from vidra.api.reasons import Reason
from vidra.api.sources import GitSource
from vidra.sources.git import GitKind
from vidra.sources.lent import Lent
from vidra.sources.protocol import SourceError


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SshGitServer]:
    async with SshGitServer(tmp_path / "served") as running:
        yield running


@pytest.fixture
def repository(server: SshGitServer) -> Repository:
    found = server.repository()
    found.commit({"apps/web/a.yaml": "a: 1\n", "apps/db/b.yaml": "b: 1\n"})
    return found


@pytest.fixture
def spec(server: SshGitServer, repository: Repository) -> GitSource:
    assert repository.folder.exists()
    return GitSource(url=f"{server.url}/team/repo.git", paths=("apps/*",))


async def refused(kind: GitKind, spec: GitSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await (await kind.open(spec, Remarks())).list()
    assert "PRIVATE KEY" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("able", [("true", True), ("false", True), ("true", False)])
async def test_folders_are_read_whatever_the_server_can_do(
    server: SshGitServer, repository: Repository, lent: Lent, spec: GitSource, able: tuple[str, bool]
) -> None:
    filters, server.protocol = able
    repository.configure("uploadpack.allowFilter", filters)
    lent.secrets.changed(secret(url=server.url, identity=server.identity, known_hosts=server.known_hosts))
    kind = GitKind(lent)
    source = await kind.open(spec, Remarks())
    listing = await source.list()
    assert listing.revision == f"main@sha1:{repository.head()}"
    texts = await asyncio.gather(*map(source.fetch, listing.units))
    assert texts == [b"--- # file: apps/db/b.yaml\nb: 1\n", b"--- # file: apps/web/a.yaml\na: 1\n"]
    asked = len(server.asked)
    assert await (await kind.open(spec, Remarks())).list() == listing
    assert len(server.asked) == asked + 1
    assert {command for command, _ in server.asked} == {"git-upload-pack '/team/repo.git'"}
    await kind.close()


@pytest.mark.occasional
async def test_a_key_with_a_password(server: SshGitServer, lent: Lent, spec: GitSource) -> None:
    kind = GitKind(lent)
    values = {"identity": server.encrypted_identity("hunter2"), "known_hosts": server.known_hosts}
    lent.secrets.changed(secret(url=server.url, **values))
    assert (await refused(kind, spec)).reason == Reason.CREDENTIALS_INVALID
    lent.secrets.changed(secret(url=server.url, password="hunter2", **values))
    assert (await (await kind.open(spec, Remarks())).list()).units
    await kind.close()


async def test_a_host_key_that_changed_is_an_error(server: SshGitServer, lent: Lent, spec: GitSource) -> None:
    lent.secrets.changed(secret(url=server.url, identity=server.identity, known_hosts=server.known_hosts))
    kind = GitKind(lent)
    before = await (await kind.open(spec, Remarks())).list()
    await server.new_host_key()
    server.asked.clear()
    error = await refused(kind, spec)
    assert error.reason == Reason.VERIFICATION_FAILED
    assert "known_hosts of the Secret vidra-system/credentials" in str(error)
    assert server.asked == []
    lent.secrets.changed(secret(url=server.url, identity=server.identity, known_hosts=server.known_hosts))
    assert await (await kind.open(spec, Remarks())).list() == before
    await kind.close()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, (Reason.CREDENTIALS_MISSING, "known_hosts")),
        ({"identity": "{identity}"}, (Reason.CREDENTIALS_INVALID, "known_hosts")),
        ({"identity": "no key", "known_hosts": "{known}"}, (Reason.CREDENTIALS_INVALID, "cannot be used")),
        ({"identity": "{identity}", "known_hosts": "no entry"}, (Reason.VERIFICATION_FAILED, "not in known_hosts")),
        ({"identity": "{identity}", "known_hosts": "other {key}"}, (Reason.VERIFICATION_FAILED, "not in known_hosts")),
        ({"identity": "{stranger}", "known_hosts": "{known}"}, (Reason.UNAUTHORIZED, "refuses the key")),
    ],
)
async def test_what_is_wrong_with_credentials_is_said(
    server: SshGitServer, lent: Lent, spec: GitSource, values: dict[str, str], told: tuple[Reason, str]
) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    key = server.known_hosts.split(" ", 1)[1]
    known = {"identity": server.identity, "known": server.known_hosts, "stranger": stranger, "key": key}
    if values:
        filled = {name: value.format(**known) for name, value in values.items()}
        lent.secrets.changed(secret(url=server.url, **filled))
    kind = GitKind(lent)
    error = await refused(kind, spec)
    await kind.close()
    assert (error.reason, told[1] in str(error)) == (told[0], True), str(error)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("{}/nosuch.git", (Reason.SOURCE_NOT_FOUND, "gives no repository")),
        ("{}/", (Reason.INVALID_SPEC, "path")),
        ("{}/a%0ab", (Reason.INVALID_SPEC, "path")),
        ("ssh://git@-oProxyCommand=id/x", (Reason.INVALID_SPEC, "https://")),
        ("ssh://git:pw@127.0.0.1/x", (Reason.INVALID_SPEC, "Secret")),
        ("ssh://127.0.0.1:1/x", (Reason.SOURCE_UNREACHABLE, "cannot be connected to")),
    ],
)
async def test_what_cannot_be_had_is_said(
    server: SshGitServer, lent: Lent, spec: GitSource, url: str, told: tuple[Reason, str]
) -> None:
    for number, place in enumerate((server.url, "ssh://127.0.0.1:1")):
        lent.secrets.changed(
            secret(url=place, name=f"s{number}", identity=server.identity, known_hosts=server.known_hosts)
        )
    kind = GitKind(lent)
    error = await refused(kind, replace(spec, url=url.format(server.url)))
    await kind.close()
    assert (error.reason, told[1] in str(error)) == (told[0], True), str(error)


async def test_a_path_is_one_word_for_the_shell_of_the_server(
    server: SshGitServer, lent: Lent, spec: GitSource
) -> None:
    lent.secrets.changed(secret(url=server.url, identity=server.identity, known_hosts=server.known_hosts))
    kind = GitKind(lent)
    await refused(kind, replace(spec, url=f"{server.url}/a'$(id)b.git"))
    await kind.close()
    assert server.asked[0][0] == r"git-upload-pack '/a'\''$(id)b.git'"


async def test_an_address_that_is_not_listed_is_not_connected_to(server: SshGitServer, spec: GitSource) -> None:
    lent = lend("*")
    lent.secrets.changed(secret(url=server.url, identity=server.identity, known_hosts=server.known_hosts))
    kind = GitKind(lent)
    assert (await refused(kind, spec)).reason == Reason.HOST_NOT_ALLOWED
    await kind.close()
    assert server.asked == []


async def test_a_server_that_is_silent_is_given_up() -> None:
    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            await reader.read()

    silent = await asyncio.start_server(wait, "127.0.0.1", 0)
    url = f"ssh://git@127.0.0.1:{silent.sockets[0].getsockname()[1]}"
    key = asyncssh.generate_private_key("ssh-ed25519")
    known = f"127.0.0.1 {key.export_public_key().decode()}"
    lent = lend(download=0.5)
    lent.secrets.changed(secret(url=url, identity=key.export_private_key().decode(), known_hosts=known))
    kind = GitKind(lent)
    error = await refused(kind, GitSource(url=f"{url}/x.git"))
    await kind.close()
    silent.close()
    assert error.reason == Reason.SOURCE_UNREACHABLE
