"""Folders that have to be rendered: what they are, and which files belong to each."""

from __future__ import annotations

import pytest

from testkit.archives import archive
from vidra.sources.forms import closure, form_of
from vidra.sources.limits import SourceLimits
from vidra.sources.sandbox.texts import Downloaded, read_download

LIMITS = {name: getattr(SourceLimits(), name) for name in SourceLimits.__struct_fields__}
TREE = {
    "apps/edge/kustomization.yaml": 'resources: [../../base, "../../more/x.yaml"]\nimages: [{name: ../odd}]\n',
    "apps/edge/patch.yaml": "a: 1\n",
    "apps/plain/a.yaml": "a: 1\n",
    "apps/shop/Chart.yaml": "name: shop\n",
    "apps/shop/.helmignore": "x\n",
    "apps/shop/templates/_a.tpl": "{{/* */}}",
    "apps/shop/templates/a.yaml": "a: 1\n",
    "base/kustomization.yml": "resources:\n- app.yaml\ncomponents:\n  - ./../component\n",
    "base/app.yaml": "a: 1\n",
    "base/.env": "A=1\n",
    "component/Kustomization": "configMapGenerator: [{name: a, files: [key=../text/a.txt]}]\n",
    "more/x.yaml": "x: 1\n",
    "more/y.yaml": "y: 1\n",
    "text/a.txt": "a\n",
    "text/b.txt": "b\n",
}


def downloaded(files: dict[str, str], *paths: str) -> Downloaded:
    return read_download(memoryview(archive(files)), paths, LIMITS)


@pytest.mark.parametrize(
    ("names", "form"),
    [
        ({"a.yaml"}, "Manifests"),
        ({"Chart.yaml", "values.yaml"}, "Chart"),
        ({"kustomization.yaml", "a.yaml"}, "Kustomization"),
        ({"Kustomization", "Chart.yaml"}, "Kustomization"),
        (set(), "Manifests"),
    ],
)
def test_a_folder_says_what_it_is(names: set[str], form: str) -> None:
    assert form_of(names) == form


def test_a_kustomization_is_made_of_what_it_refers_to() -> None:
    assert closure("apps/edge", sorted(TREE), lambda path: TREE[path].encode()) == [
        "apps/edge/kustomization.yaml",
        "apps/edge/patch.yaml",
        "base/.env",
        "base/app.yaml",
        "base/kustomization.yml",
        "component/Kustomization",
        "more/x.yaml",
        "text/a.txt",
    ]


@pytest.mark.parametrize("name", ["../../etc/passwd", "../../../..", "https://x/../../y", "a..b", "...", "../nosuch"])
def test_what_leads_out_or_nowhere_adds_nothing(name: str) -> None:
    files = {"a/kustomization.yaml": f"resources:\n- {name}\n", "b/x.yaml": ""}
    assert closure("a", sorted(files), lambda path: files[path].encode()) == ["a/kustomization.yaml"]


def test_folders_that_refer_to_each_other_end() -> None:
    files = {f"{one}/kustomization.yaml": f"resources: [../{other}, .., ./]\n" for one, other in ("ab", "ba")}
    assert closure("a", sorted(files), lambda path: files[path].encode()) == sorted(files)


def test_an_archive_gives_charts_and_kustomizations_with_all_their_files() -> None:
    found = {text.unit: text for text in downloaded(TREE, "apps/*", "apps/shop/*").texts}
    assert {unit: text.form for unit, text in found.items()} == {
        "apps/edge": "Kustomization",
        "apps/plain": "Manifests",
        "apps/shop": "Chart",
    }
    assert [path for path, _ in found["apps/shop"].files] == sorted(path for path in TREE if "/shop/" in path)
    assert ("text/a.txt", 2) in found["apps/edge"].files


@pytest.mark.parametrize(
    ("changed", "units"),
    [
        ("text/a.txt", ["apps/edge"]),
        ("text/b.txt", []),
        ("base/.env", ["apps/edge"]),
        ("apps/shop/templates/_a.tpl", ["apps/shop"]),
        ("apps/plain/a.yaml", ["apps/plain"]),
    ],
)
def test_a_change_is_one_of_those_that_are_made_of_it(changed: str, units: list[str]) -> None:
    before = {text.unit: text.marker for text in downloaded(TREE, "apps/*").texts}
    after = {text.unit: text.marker for text in downloaded({**TREE, changed: "other\n"}, "apps/*").texts}
    assert [unit for unit, marker in after.items() if marker != before[unit]] == units
