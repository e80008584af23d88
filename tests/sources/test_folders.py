"""Folders become units: which files belong to one, in which order, and how a line of the text leads back to a file."""

from __future__ import annotations

import pytest

from vidra.manifests.parse import read
from vidra.sources.file_names import is_bad, is_hidden
from vidra.sources.folders import NotTextError, file_and_line, stream, units, unmatched

WEB = ("apps/web/config/settings.json", "apps/web/deployment.yaml")
DB, EDGE, CORE = "apps/db/db.yml", "clusters/edge/apps/a/a.yaml", "clusters/core/apps/a/a.yaml"
TREE = (
    "README.md",
    "namespace.yaml",
    ".github/workflows/ci.yaml",
    *WEB,
    "apps/web/.hidden.yaml",
    DB,
    "apps/docs/index.md",
    EDGE,
    CORE,
)
BOTH = {"clusters/core/apps/a": (CORE,), "clusters/edge/apps/a": (EDGE,)}


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        ((), {".": (DB, *WEB, CORE, EDGE, "namespace.yaml")}),
        (("apps/*",), {"apps/db": (DB,), "apps/web": WEB}),
        (("apps/w?b/",), {"apps/web": WEB}),
        (("apps/[a-d]*",), {"apps/db": (DB,)}),
        (("clusters/*/apps/*",), BOTH),
        (("**/a",), BOTH),
        ((".github/*",), {".github/workflows": (".github/workflows/ci.yaml",)}),
        (("nosuch", "apps/docs"), {}),
    ],
)
def test_a_folder_is_a_unit_with_all_that_is_below_it(
    patterns: tuple[str, ...], found: dict[str, tuple[str, ...]]
) -> None:
    assert units(TREE, patterns) == found


def test_no_file_is_in_two_units() -> None:
    found = units(TREE, ("apps", "apps/web", "**"))
    files = [path for paths in found.values() for path in paths]
    assert len(files) == len(set(files))
    assert found["apps/web"] == ("apps/web/deployment.yaml",)
    assert found["apps/web/config"] == ("apps/web/config/settings.json",)


def test_patterns_without_a_match_are_named() -> None:
    patterns = ("apps/*", "nosuch", "clusters/*/none")
    assert unmatched(units(TREE, patterns), patterns) == ("nosuch", "clusters/*/none")
    assert unmatched(["."], ["."]) == ()


@pytest.mark.parametrize("pattern", ["../x", "/etc", "a/../../b", "a\nb", "x" * 2000])
def test_a_pattern_that_leads_out_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="path"):
        units(TREE, (pattern,))


def test_a_line_of_the_text_leads_back_to_its_file() -> None:
    files = {
        "b.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n",
        "a.json": b'{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "a"}}',
        "c.yaml": b"\xef\xbb\xbf%YAML 1.1\n---\nkind: [\n",
        "d.yaml": b"a: 1\n--- # file: e.yaml\n",
    }
    text = stream(files)
    reading = read(text)
    assert [item.body["metadata"]["name"] for item in reading.objects] == ["a", "b"]
    places = [file_and_line(text.decode(), problem.line) for problem in reading.problems]
    assert [place[0] for place in places if place] == ["c.yaml", "d.yaml"]
    assert file_and_line(text.decode(), 8) == ("b.yaml", 2)
    assert file_and_line("kind: x\n", 1) is None


def test_a_file_that_is_no_text_is_named() -> None:
    with pytest.raises(NotTextError, match=r"apps/x\.yaml, line 2"):
        stream({"apps/x.yaml": b"a: 1\nb: \xff\xfe\n", "apps/y.yaml": b""})


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".git", ".GIT", ".git. ", "a/b", "a\\b", "a\nb", "a\0b", "\x1b[2J", "x" * 256]
)
def test_a_name_that_could_lead_elsewhere_is_bad(name: str) -> None:
    assert is_bad(name)
    assert not is_hidden(name)
