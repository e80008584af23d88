"""A cluster's Secret changes, or goes, while Vidra works with it; and what is in it touches no disk."""

import asyncio
import base64
import tempfile
from pathlib import Path

import pytest
import trustme

from testkit.environment import condition, has_reason
from testkit.objects import config_map
from testkit.patience import HANG
from testkit.remote import Remote
from vidra.manifests.write import write


async def test_a_changed_secret_takes_effect_in_the_middle_of_a_pass(remote: Remote) -> None:
    """The first server takes the questions and never answers the rest: only the new Secret can end the pass."""
    stuck = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stuck.set()
        await reader.read(-1)
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        real = remote.server
        port = server.sockets[0].getsockname()[1]
        remote.moved_to(f"https://127.0.0.1:{port}")
        await remote.credentials()
        name = await remote.resource()
        await asyncio.wait_for(stuck.wait(), HANG)
        remote.moved_to(real)
        await remote.credentials()
        await remote.resource(name=name)
        await remote.home.until_resource(name)
    await remote.end(name)


async def test_a_new_token_is_used_by_the_pass_that_follows_at_once(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.resource(write([config_map(f"box-{number}") for number in range(120)]))
    await remote.home.until_resource(name, lambda item: bool(item.get("status", {}).get("managedResources")))
    remote.user["username"] = "another"  # another credential as far as Vidra can tell; the token still counts
    await remote.credentials()
    resource = await remote.home.until_resource(name)
    assert condition(resource)["reason"] == "Applied"
    assert not [event for event in await remote.home.events_about(name) if event["type"] == "Warning"]
    await remote.end(name)


@pytest.mark.usefixtures("only_events")
async def test_a_secret_that_is_gone_is_said_at_once_and_nothing_is_forgotten(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.resource()
    await remote.home.until_resource(name)
    await remote.forget()
    resource = await remote.home.until_resource(name, has_reason("ClusterCredentialsMissing"))
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["box"]
    await remote.credentials()
    await remote.home.until_resource(name)
    await remote.end(name)


async def test_no_key_stays_on_a_disk_or_in_an_open_file(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    certificate = trustme.CA().issue_cert("vidra.example")
    key = certificate.private_key_pem.bytes()
    remote.user["client-certificate-data"] = base64.b64encode(certificate.cert_chain_pems[0].bytes()).decode()
    remote.user["client-key-data"] = base64.b64encode(key).decode()
    await remote.credentials()
    name = await remote.resource()
    await remote.home.until_resource(name)
    secret = key.splitlines()[2]
    assert not _files_with(secret, tmp_path)
    assert not [link for link in _open_files() if "client-certificate" in link]
    await remote.end(name)


def _files_with(secret: bytes, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if secret in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _open_files() -> list[str]:
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except OSError:
            continue
    return links
