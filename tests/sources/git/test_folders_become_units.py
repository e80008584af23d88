"""Folders of a repository become units; a commit elsewhere costs nothing."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from testkit.parts.git import Entry, GitServer, Repository
from testkit.sources import Remarks
from vidra.api.reasons import Reason
from vidra.api.sources import GitSource
from vidra.sources.git import GitKind
from vidra.sources.protocol import Files, Form, Listing, SourceError, Unit

APPS = {f"apps/{name}/app.yaml": f"kind: {name}\n" for name in ("web", "db", "cache")}


async def listed(kind: GitKind, spec: GitSource) -> Listing:
    return await (await kind.open(spec, Remarks())).list()


@pytest.mark.parametrize("able", [("true", True), ("false", True), ("true", False), ("false", False)])
async def test_each_folder_is_a_unit_whatever_the_server_can_do(
    server: GitServer, repository: Repository, kind: GitKind, spec: GitSource, able: tuple[str, bool]
) -> None:
    filters, server.protocol = able
    repository.configure("uploadpack.allowFilter", filters)
    commit = repository.commit({**APPS, "apps/web/more/x.json": "{}", "README.md": "hello"}, author="Bo <bo@x.org>")
    source = await kind.open(replace(spec, paths=("apps/*",)), Remarks())
    listing = await source.list()
    assert listing.revision == f"main@sha1:{commit}"
    assert listing.author == "Bo <bo@x.org>"
    assert [unit.id for unit in listing.units] == ["apps/cache", "apps/db", "apps/web"]
    assert listing.units[0].marker == repository.git("rev-parse", "main:apps/cache")
    texts = await asyncio.gather(*map(source.fetch, listing.units))
    assert texts[0] == b"--- # file: apps/cache/app.yaml\nkind: cache\n"
    assert texts[2] == b"--- # file: apps/web/app.yaml\nkind: web\n--- # file: apps/web/more/x.json\n{}\n"


async def test_without_paths_everything_is_one_unit(repository: Repository, kind: GitKind, spec: GitSource) -> None:
    repository.commit({**APPS, "a.yml": "kind: a\n", ".github/ci.yaml": "no: manifest\n", "x.txt": "x"})
    source = await kind.open(spec, Remarks())
    (unit,) = (await source.list()).units
    assert unit.id == "."
    text = await source.fetch(unit)
    assert isinstance(text, bytes)
    assert [line for line in text.decode().split("\n") if line.startswith("---")] == [
        f"--- # file: {path}" for path in ("a.yml", "apps/cache/app.yaml", "apps/db/app.yaml", "apps/web/app.yaml")
    ]


async def test_a_commit_elsewhere_leaves_a_unit_alone(
    server: GitServer, repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    repository.commit(APPS)
    spec = replace(spec, paths=("apps/*",))
    before = await listed(kind, spec)
    server.asked.clear()
    assert await listed(kind, spec) == before
    assert [asked.path for asked in server.asked] == ["/team/repo.git/git-upload-pack"]  # one request, and no download
    repository.commit({"apps/web/app.yaml": "kind: other\n", "docs/x.yaml": "x: 1\n"})
    after = await listed(kind, spec)
    assert after.revision != before.revision
    assert [unit.id for unit in after.units if unit not in before.units] == ["apps/web"]


async def test_only_the_files_of_changed_units_are_asked_for(
    server: GitServer, repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    repository.commit({**APPS, "apps/web/image.bin": b"\0" * 1000, "big.bin": b"\1" * 100_000})
    source = await kind.open(replace(spec, paths=("apps/*",)), Remarks())
    units = (await source.list()).units
    server.asked.clear()
    await asyncio.gather(*map(source.fetch, units[1:]))
    (asked,) = server.asked
    wanted = {repository.git("rev-parse", f"main:apps/{name}/app.yaml") for name in ("db", "web")}
    assert {line.split()[1].decode() for line in asked.body.split(b"\n") if b"want " in line} == wanted


async def test_one_request_is_for_all_units_that_are_asked_for_together(
    server: GitServer, repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    repository.commit({f"apps/{number}/a.yaml": f"number: {number}\n" for number in range(40)})
    source = await kind.open(replace(spec, paths=("apps/*",)), Remarks())
    units = (await source.list()).units
    server.asked.clear()
    texts = await asyncio.gather(*map(source.fetch, units))
    assert len(server.asked) == 3
    assert all(f"number: {unit.id[5:]}\n".encode() in text for unit, text in zip(units, texts, strict=True))


async def test_what_is_read_can_be_chosen(repository: Repository, kind: GitKind, spec: GitSource) -> None:
    first = repository.commit({"a.yaml": "a: 1\n"})
    repository.tag("v1.2.0", annotated=True)
    second = repository.commit({"a.yaml": "a: 2\n"})
    repository.tag("v1.10.0")
    other = repository.commit({"a.yaml": "a: 3\n"}, branch="topic/x")
    repository.git("update-ref", "refs/pull/1/head", other)
    last = repository.commit({"a.yaml": "a: 4\n"})
    repository.tag("v2.0.0-rc.1")
    for changes, revision in (
        ({}, f"main@sha1:{last}"),
        ({"branch": "topic/x"}, f"topic/x@sha1:{other}"),
        ({"tag": "v1.2.0"}, f"v1.2.0@sha1:{first}"),
        ({"semver": "^1"}, f"v1.10.0@sha1:{second}"),
        ({"semver": "~1.2"}, f"v1.2.0@sha1:{first}"),
        ({"semver": ">=2.0.0-0"}, f"v2.0.0-rc.1@sha1:{last}"),
        ({"ref": "refs/pull/1/head"}, f"refs/pull/1/head@sha1:{other}"),
        ({"commit": first}, f"sha1:{first}"),
    ):
        assert (await listed(kind, replace(spec, **changes))).revision == revision


async def test_a_pinned_commit_costs_no_request(
    server: GitServer, repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    spec = replace(spec, commit=repository.commit({"a.yaml": "a: 1\n"}))
    before = await listed(kind, spec)
    server.asked.clear()
    assert await listed(kind, spec) == before
    assert server.asked == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"branch": "nosuch"}, (Reason.REF_NOT_FOUND, "no branch nosuch")),
        ({"branch": "mai"}, (Reason.REF_NOT_FOUND, "no branch mai")),
        ({"tag": "nosuch"}, (Reason.REF_NOT_FOUND, "no tag nosuch")),
        ({"ref": "refs/x"}, (Reason.REF_NOT_FOUND, "no ref refs/x")),
        ({"branch": "a\nref-prefix refs/"}, (Reason.REF_NOT_FOUND, "no branch")),
        ({"semver": "^9"}, (Reason.VERSION_NOT_FOUND, "1 tags")),
        ({"semver": "newest"}, (Reason.INVALID_SPEC, "range")),
        ({"commit": "1" * 40}, (Reason.REF_NOT_FOUND, "does not give the commit")),
        ({"commit": "1" * 64}, (Reason.INVALID_SPEC, "SHA-256")),
        ({"paths": ("nosuch/*", "docs")}, (Reason.PATH_NOT_FOUND, "nosuch/[*] or docs")),
        ({"paths": ("../x",)}, (Reason.INVALID_SPEC, r"\.\.")),
        ({"url": "http://127.0.0.1:1/team/x.git"}, (Reason.SOURCE_UNREACHABLE, "cannot be connected to")),
        ({"insecure": False}, (Reason.INVALID_SPEC, "insecure")),
        ({"url": "file:///etc"}, (Reason.INVALID_SPEC, "https://")),
        ({"url": "ext::sh -c id"}, (Reason.INVALID_SPEC, "https://")),
        ({"url": "http://a:b@127.0.0.1/x.git"}, (Reason.INVALID_SPEC, "Secret")),
        ({"url": "http://-oProxyCommand=x/"}, (Reason.INVALID_SPEC, "https://")),
    ],
)
async def test_what_is_not_there_is_said(
    repository: Repository, kind: GitKind, spec: GitSource, changes: dict[str, str], told: tuple[Reason, str]
) -> None:
    repository.commit({"a.yaml": "a: 1\n", "docs/readme.md": "x"})
    repository.tag("v1.0.0")
    with pytest.raises(SourceError, match=told[1]) as caught:
        await listed(kind, replace(spec, **changes))
    assert caught.value.reason == told[0]


async def test_a_pattern_without_a_match_beside_others_makes_the_list_incomplete(
    repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    repository.commit(APPS)
    listing = await listed(kind, replace(spec, paths=("apps/web", "nosuch")))
    assert [unit.id for unit in listing.units] == ["apps/web"]
    assert "nosuch" in listing.missing


async def test_an_empty_repository_is_not_an_empty_list(repository: Repository, kind: GitKind, spec: GitSource) -> None:
    assert repository.git("for-each-ref") == ""
    with pytest.raises(SourceError, match="no commit yet") as caught:
        await listed(kind, spec)
    assert caught.value.reason == Reason.REF_NOT_FOUND


async def test_a_unit_inside_of_another_is_not_read_twice(
    repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    repository.commit({**APPS, "apps/all.yaml": "kind: all\n"})
    apart = await listed(kind, replace(spec, paths=("apps",)))
    source = await kind.open(replace(spec, paths=("apps", "apps/*")), Remarks())
    both = await source.list()
    assert [unit.id for unit in both.units] == ["apps", "apps/cache", "apps/db", "apps/web"]
    assert await source.fetch(both.units[0]) == b"--- # file: apps/all.yaml\nkind: all\n"
    assert both.units[0].marker != apart.units[0].marker


async def test_what_is_left_out_is_said(repository: Repository, kind: GitKind, spec: GitSource) -> None:
    repository.commit(
        {"a.yaml": "a: 1\n", "LICENSE": Entry("120000", "../x"), "vendor": Entry("160000", "1" * 40), "b/c.md": "x"}
    )
    listing = await listed(kind, spec)
    assert listing.remarks == ("LICENSE is left out: it is a link", "vendor is left out: it is a submodule")
    assert listing.missing == ""


async def test_a_unit_that_is_gone_meanwhile_is_not_given(
    repository: Repository, kind: GitKind, spec: GitSource
) -> None:
    repository.commit(APPS)
    source = await kind.open(spec, Remarks())
    await source.list()
    with pytest.raises(SourceError, match="no folder apps/x"):
        await source.fetch(Unit("apps/x", "1"))


async def test_history_that_was_rewritten_is_read_anew(repository: Repository, kind: GitKind, spec: GitSource) -> None:
    repository.commit(APPS)
    await listed(kind, spec)
    repository.git("update-ref", "-d", "refs/heads/main")
    commit = repository.commit({"b.yaml": "b: 1\n"})
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "-q", "--prune=now")
    assert (await listed(kind, spec)).revision == f"main@sha1:{commit}"


OVERLAYS = {
    **{f"apps/{name}/kustomization.yaml": f"resources: [../../{base}]\n" for name, base in ("ab", "cd")},
    "b/kustomization.yaml": "configMapGenerator: [{name: x, files: [../text/x.txt]}]\n",
    "d/kustomization.yaml": "resources: [d.yaml]\n",
    "d/d.yaml": "kind: d\n",
    "text/x.txt": "x\n",
    "apps/shop/Chart.yaml": "name: shop\n",
    "apps/shop/.helmignore": "# nothing\n",
    "apps/shop/templates/x.tpl": "{{ }}",
}


@pytest.mark.parametrize("filters", ["true", "false"])
async def test_charts_and_kustomizations_come_with_their_files_and_change_with_them_alone(
    repository: Repository, kind: GitKind, spec: GitSource, filters: str
) -> None:
    repository.configure("uploadpack.allowFilter", filters)
    repository.commit(OVERLAYS)
    spec = replace(spec, paths=("apps/*",))
    source = await kind.open(spec, Remarks())
    before = (await source.list()).units
    assert [(unit.id, unit.form) for unit in before] == [
        ("apps/a", Form.KUSTOMIZATION),
        ("apps/c", Form.KUSTOMIZATION),
        ("apps/shop", Form.CHART),
    ]
    overlay, _, shop = await asyncio.gather(*map(source.fetch, before))
    assert isinstance(overlay, Files)
    assert overlay.folder == "apps/a"
    assert overlay.files == {
        path: OVERLAYS[path].encode() for path in ("apps/a/kustomization.yaml", "b/kustomization.yaml", "text/x.txt")
    }
    assert isinstance(shop, Files)
    assert sorted(shop.files) == [".helmignore", "Chart.yaml", "templates/x.tpl"]

    repository.commit({"text/x.txt": "y\n", "docs/a.md": "x"})
    after = (await listed(kind, spec)).units
    assert [unit.id for unit in after if unit not in before] == ["apps/a"]
