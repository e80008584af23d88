import asyncio
import hashlib
import io
import os
import sys
import tarfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from toolchain import releases
from toolchain.catalogue import parts
from toolchain.errors import BinariesError, ChecksumMismatchError
from toolchain.find import find
from toolchain.go import pinned_version
from toolchain.modules import go_order, go_version
from toolchain.versions import PROGRAMS, wanted

PutGo = Callable[..., Path]

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def cache(cache_home: Path) -> Path:
    """The folder of the cache that the programs belong in: not there yet, and nothing can be downloaded."""
    return cache_home / "controlplane" / wanted().folder


@pytest.fixture
async def released(cache: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, bytes]]:  # noqa: ARG001
    """The files of a release page on loopback, by path, to change; the cache has to be set up before."""
    files = _release_files()

    async def serve(request: web.Request) -> web.Response:
        found = files.get(request.path)
        return web.Response(status=404) if found is None else web.Response(body=found)

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    page = f"http://127.0.0.1:{runner.addresses[0][1]}"
    monkeypatch.setattr(releases, "_KUBERNETES", page)
    monkeypatch.setattr(releases, "_ETCD", page)
    yield files
    await runner.cleanup()


def test_a_given_folder_comes_first(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _put_programs(cache)
    given = _put_programs(tmp_path / "given")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(given))
    assert find() == given


def test_a_given_folder_that_lacks_something_is_left_aside_aloud(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _put_programs(cache)
    given = _put_programs(tmp_path / "given")
    (given / "kube-controller-manager").unlink()
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(given))
    assert find() == cache
    assert "lacks kube-controller-manager" in capsys.readouterr().err


async def test_a_release_is_downloaded_once_and_kept(cache: Path, released: dict[str, bytes]) -> None:
    assert await asyncio.to_thread(find) == cache
    assert {program: (cache / program).read_bytes() for program in PROGRAMS} == {
        program: _content(program) for program in PROGRAMS
    }
    assert _names(cache) == sorted(PROGRAMS)
    released.clear()
    assert await asyncio.to_thread(find) == cache


async def test_another_kubernetes_is_downloaded_beside_the_pinned_one(
    cache: Path, released: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in [path for path in released if wanted().kubernetes in path]:
        released[path.replace(wanted().kubernetes, "v1.27.16")] = released.pop(path)
    monkeypatch.setenv("VIDRA_KUBERNETES", "v1.27.16")
    found = await asyncio.to_thread(find)
    assert found.name.startswith("v1.27.16-")
    assert found.parent == cache.parent
    assert _names(found) == sorted(PROGRAMS)


@pytest.mark.parametrize(("chosen", "words"), [("v1.27.16", "only v1.* can be built"), ("1.27", "no version")])
def test_another_kubernetes_is_not_built_under_a_wrong_name(
    cache: Path, put_go: PutGo, monkeypatch: pytest.MonkeyPatch, chosen: str, words: str
) -> None:
    put_go()
    monkeypatch.setenv("VIDRA_KUBERNETES", chosen)
    with pytest.raises(BinariesError, match=words):
        find()
    assert not (cache / "kube-apiserver").exists()


async def test_a_file_that_was_not_released_is_refused(cache: Path, released: dict[str, bytes]) -> None:
    wrong = next(path for path in released if path.endswith("/kubectl"))
    released[wrong] = b"something else"
    with pytest.raises(ChecksumMismatchError, match="kubectl has the checksum"):
        await asyncio.to_thread(find)
    assert not (cache / "kubectl").exists()


def test_what_cannot_be_downloaded_is_built(cache: Path, put_go: PutGo) -> None:
    log = put_go()
    assert find() == cache
    built = log.read_text().splitlines()
    assert [line.split()[-1].rpartition("/")[2] for line in built] == ["v3", *PROGRAMS[1:]]
    assert f"gitVersion={wanted().kubernetes}" in built[1]


def test_a_failed_build_says_what_to_do(cache: Path, put_go: PutGo) -> None:
    put_go(build="echo no space left on device; exit 1")
    with pytest.raises(BinariesError, match=r"etcd could not be built: (.|\n)*KUBEBUILDER_ASSETS(.|\n)*no space left"):
        find()
    assert not _names(cache)


def test_an_old_go_is_left_aside_and_without_another_the_advice_is_to_install_one(
    cache: Path, put_go: PutGo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_go(version="go1.20.1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(BinariesError, match="install Go from"):
        find()
    assert "it is 1.20.1, and Go" in capsys.readouterr().err
    assert not _names(cache)


@pytest.mark.parametrize("module", ["etcd", "kubernetes", *sorted({part.module for part in parts() if part.module})])
def test_the_pinned_go_builds_every_module(module: str) -> None:
    assert go_order(pinned_version()) >= go_order(go_version(module))


async def test_two_runs_at_once_build_once_and_print_only_the_folder(
    cache: Path, put_go: PutGo, tmp_path: Path
) -> None:
    log = put_go()
    one, other = await asyncio.gather(_run(tmp_path), _run(tmp_path))
    assert one == other == f"{cache}\n"
    assert len(log.read_text().splitlines()) == len(PROGRAMS)


async def _run(tmp_path: Path) -> str:
    # A process of its own does not see the patched addresses: a proxy that nobody answers keeps it off the network.
    env = {**os.environ, "HTTPS_PROXY": NOWHERE, "https_proxy": NOWHERE}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "toolchain", stdout=asyncio.subprocess.PIPE, cwd=tmp_path, env=env
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def _put_programs(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for program in PROGRAMS:
        (folder / program).touch(0o755)
    return folder


def _content(program: str) -> bytes:
    return f"this is {program}".encode()


def _release_files() -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for program in PROGRAMS:
        release = releases.release(program, wanted())
        path = release.url.removeprefix(NOWHERE)
        files[path] = _archive(release.member, _content(program)) if release.member else _content(program)
        digest = hashlib.sha256(files[path]).hexdigest()
        name = path.rpartition("/")[2]
        files[release.checksums.removeprefix(NOWHERE)] = (
            f"{'0' * 64}  another-file\n{digest}  {name}\n" if release.member else digest
        ).encode()
    return files


def _archive(member: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
