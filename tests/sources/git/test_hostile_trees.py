"""Whatever a repository holds, it leaves a clear error and nothing else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from testkit.parts.git import Entry, GitServer, Repository
from testkit.sources import Remarks, lend
from vidra.api.reasons import Reason
from vidra.api.sources import GitSource
from vidra.sources.git import GitKind
from vidra.sources.protocol import SourceError

BAD_NAMES = [b"..", b".", b".git", b".GIT", b"a/b", b"a\nb.yaml", b"a\\b", b"\x1b[2J", b"\xff\xfe.yaml", b"x" * 300]


async def error_of(kind: GitKind, spec: GitSource, unit: str = "apps/web") -> SourceError:
    """Why a unit cannot be read; its neighbour can."""
    source = await kind.open(replace(spec, paths=("apps/*",)), Remarks())
    units = {found.id: found for found in (await source.list()).units}
    good, bad = await asyncio.gather(
        source.fetch(units["apps/good"]), source.fetch(units[unit]), return_exceptions=True
    )
    assert good == b"--- # file: apps/good/a.yaml\na: 1\n"
    assert isinstance(bad, SourceError)
    return bad


def tree_with(repository: Repository, *entries: tuple[str, bytes, str]) -> str:
    """A root with apps/good, and apps/web with these entries."""
    plain = repository.blob(b"a: 1\n")
    good = repository.tree(("100644", b"a.yaml", plain))
    web = repository.tree(("100644", b"b.yaml", plain), *entries)
    return repository.tree(("40000", b"apps", repository.tree(("40000", b"good", good), ("40000", b"web", web))))


@pytest.mark.faces(6)
@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("mode", ["100644", "40000"])
async def test_a_name_that_leads_elsewhere(
    repository: Repository, kind: GitKind, spec: GitSource, name: bytes, mode: str
) -> None:
    plain = repository.blob(b"kind: evil\n")
    inner = repository.tree(("100644", b"evil.yaml", plain)) if mode == "40000" else plain
    repository.publish(tree_with(repository, (mode, name, inner)))
    error = await error_of(kind, spec)
    assert error.reason == Reason.UNSUPPORTED_CONTENT
    assert "apps/web holds the name" in str(error)
    assert str(error).isprintable()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../etc/passwd", "b.yaml", "/proc/self/environ"])
async def test_a_link_in_place_of_a_manifest(
    repository: Repository, kind: GitKind, spec: GitSource, target: str
) -> None:
    repository.commit({"apps/good/a.yaml": "a: 1\n", "apps/web/b.yaml": Entry("120000", target)})
    error = await error_of(kind, spec)
    assert error.reason == Reason.UNSUPPORTED_CONTENT
    assert "apps/web/b.yaml is a link" in str(error)
    assert "passwd" not in str(error)


async def test_a_folder_with_a_bad_name_where_units_are_makes_the_list_incomplete(
    repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    plain = repository.blob(b"a: 1\n")
    folder = repository.tree(("100644", b"a.yaml", plain))
    apps = repository.tree(("40000", b"a\nb", folder), ("40000", b"good", folder))
    repository.publish(repository.tree(("40000", b"apps", apps)))
    listing = await (await kind.open(replace(spec, paths=("apps/*",)), Remarks())).list()
    assert [unit.id for unit in listing.units] == ["apps/good"]
    assert r"'a\nb'" in listing.missing


@pytest.mark.faces(1)
@pytest.mark.parametrize("filters", ["true", "false"])
async def test_a_file_that_is_too_large_stops_only_its_unit(
    repository: Repository, kind: GitKind, spec: GitSource, filters: str
) -> None:
    repository.configure("uploadpack.allowFilter", filters)
    repository.commit({"apps/good/a.yaml": "a: 1\n", "apps/web/b.yaml": b"#" * (8 << 20)})
    error = await error_of(kind, spec)
    assert error.reason == Reason.TOO_LARGE
    assert "apps/web/b.yaml" in str(error)
    assert "--source-limit file=" in str(error)


async def test_a_large_file_beside_the_manifests_is_not_sent(repository: Repository, spec: GitSource) -> None:
    repository.commit(
        {
            "apps/good/a.yaml": "a: 1\n",
            "apps/web/b.yaml": "b: 1\n",
            "x.bin": random.Random(1).randbytes(3 << 20),
        }
    )
    kind = GitKind(lend(received=100_000))
    source = await kind.open(replace(spec, paths=("apps/*",)), Remarks())
    for unit in (await source.list()).units:
        assert await source.fetch(unit)
    repository.configure("uploadpack.allowFilter", "false")
    await kind.close()
    kind = GitKind(lend(received=100_000))
    with pytest.raises(SourceError, match="--source-limit received=") as caught:
        await (await kind.open(spec, Remarks())).list()
    assert caught.value.reason == Reason.TOO_LARGE
    await kind.close()


def folders(count: int, name: Callable[[int], str]) -> dict[str, str]:
    return {name(number): f"n: {number}\n" for number in range(count)}


@pytest.mark.parametrize(
    ("limit", "files"),
    [
        ("files", folders(30, lambda number: f"apps/web/{number}.yaml")),
        ("depth", {f"apps/web/{'d/' * 40}x.yaml": "a: 1\n"}),
        ("text", folders(30, lambda number: f"apps/web/{number}.yaml") | {"apps/web/c.yaml": "c" * 900}),
        ("file", {"apps/web/b.yaml": "b" * 2000}),
    ],
)
async def test_a_limit_that_is_met_by_one_unit(
    repository: Repository, spec: GitSource, limit: str, files: dict[str, str]
) -> None:
    repository.commit({"apps/good/a.yaml": "a: 1\n", **files})
    lowered = {"files": 20, "depth": 32, "text": 1000, "file": 1000} if limit != "text" else {"text": 1000}
    kind = GitKind(lend(**lowered))
    error = await error_of(kind, spec)
    await kind.close()
    assert error.reason == Reason.TOO_LARGE
    assert f"--source-limit {limit}=" in str(error)


@pytest.mark.parametrize(
    ("limit", "value", "files"),
    [
        ("units", 10, folders(20, lambda number: f"apps/{number}/a.yaml")),
        ("entries", 50, folders(100, lambda number: f"apps/{number}.txt")),
        ("unpacked", 5_000, folders(1, lambda _: "apps/a.yaml") | folders(500, lambda number: f"apps/{number}.txt")),
        ("received", 1_000, folders(500, lambda number: f"apps/{number}.txt")),
        ("depth", 32, {f"apps/{'d/' * 40}x.yaml": "a: 1\n"}),
    ],
)
async def test_a_limit_that_is_met_by_the_repository(
    repository: Repository, spec: GitSource, limit: str, value: int, files: dict[str, str]
) -> None:
    repository.commit({"README": "x", **files})
    kind = GitKind(lend(**{limit: value}))
    paths = ("apps/**/x",) if limit == "depth" else ("apps/*",)
    with pytest.raises(SourceError) as caught:
        await (await kind.open(replace(spec, paths=paths), Remarks())).list()
    await kind.close()
    assert caught.value.reason == Reason.TOO_LARGE
    assert f"--source-limit {limit}=" in str(caught.value)


@pytest.mark.occasional
async def test_a_hundred_thousand_files_are_refused_or_passed_over(
    repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    plain = repository.blob(b"x: 1\n")
    many = repository.tree(*(("100644", f"{number:06}.yaml".encode(), plain) for number in range(100_000)))
    repository.publish(tree_with(repository, ("40000", b"many", many)))
    error = await error_of(kind, spec)
    assert error.reason == Reason.TOO_LARGE
    assert "--source-limit files=" in str(error)
    narrow = GitKind(lend(memory=24_000_000))
    with pytest.raises(SourceError, match="--source-limit memory="):
        await (await narrow.open(spec, Remarks())).list()
    await narrow.close()


async def test_a_process_that_takes_too_long_is_ended(repository: Repository, spec: GitSource) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    kind = GitKind(lend(download=0.001))
    with pytest.raises(SourceError) as caught:
        await (await kind.open(spec, Remarks())).list()
    await kind.close()
    assert caught.value.reason in {Reason.TOO_LARGE, Reason.SOURCE_UNREACHABLE}


async def test_nothing_of_a_hostile_repository_is_run(
    server: GitServer, repository: Repository, kind: GitKind, spec: GitSource, tmp_path: Path
) -> None:
    touched = tmp_path / "touched"
    repository.commit(
        {
            "a.yaml": "a: 1\n",
            ".gitmodules": f'[submodule "x"]\n path = x\n url = ext::sh -c "touch {touched}"\n',
            "x": Entry("160000", "1" * 40),
            ".gitattributes": "* filter=evil\n",
            "hooks/post-checkout": f"#!/bin/sh\ntouch {touched}\n",
        }
    )
    source = await kind.open(spec, Remarks())
    (unit,) = (await source.list()).units
    assert await source.fetch(unit) == b"--- # file: a.yaml\na: 1\n"
    assert not touched.exists()
    assert all("/team/repo.git/" in asked.path for asked in server.asked)
