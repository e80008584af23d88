"""Archives of strangers: what they hold, and what they may not do."""

from __future__ import annotations

import gzip
import random
import tarfile
from collections.abc import Mapping

import pytest

from testkit.archives import Member, archive, special
from vidra.sources.limits import SourceLimits
from vidra.sources.sandbox.errors import BrokenPackError, LimitError
from vidra.sources.sandbox.mentions import mentioned
from vidra.sources.sandbox.texts import Downloaded, read_download

LIMITS = {name: getattr(SourceLimits(), name) for name in SourceLimits.__struct_fields__}
FILES = {"./apps/web/a.yaml": "a: 1\n", "apps/db/b.yaml": "b: 1\n", "README.md": "x", ".github/ci.yaml": "x: 1\n"}


def downloaded(
    tree: Mapping[str, Member], *paths: str, mode: str = "w:gz", limits: Mapping[str, int] | None = None
) -> Downloaded:
    return read_download(memoryview(archive(tree, mode)), paths, {**LIMITS, **(limits or {})})


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_the_folders_of_an_archive_are_units(mode: str) -> None:
    found = downloaded(FILES, "apps/*", mode=mode)
    assert [(text.unit, text.text) for text in found.texts] == [
        ("apps/db", b"--- # file: apps/db/b.yaml\nb: 1\n"),
        ("apps/web", b"--- # file: apps/web/a.yaml\na: 1\n"),
    ]
    assert [text.unit for text in downloaded(FILES).texts] == ["."]


def test_a_unit_is_marked_by_its_own_files() -> None:
    before = {text.unit: text.marker for text in downloaded(FILES, "apps/*").texts}
    changed = {**FILES, "apps/db/b.yaml": "b: 2\n"}
    after = {text.unit: text.marker for text in downloaded(changed, "apps/*", mode="w").texts}
    assert before["apps/web"] == after["apps/web"]
    assert before["apps/db"] != after["apps/db"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_plain_file_is_one_unit(pack: type[bytes]) -> None:
    (text,) = read_download(pack(b"kind: x\n"), (), LIMITS).texts
    assert (text.unit, text.text) == (".", b"kind: x\n")
    with pytest.raises(BrokenPackError, match="no archive"):
        read_download(pack(b"kind: x\n"), ("apps",), LIMITS)


@pytest.mark.parametrize(
    "name", ["../x.yaml", "/etc/x.yaml", "a/../../x.yaml", "a//x.yaml", "a\nb.yaml", "a\\b.yaml", "a/\x1b.yaml"]
)
def test_a_name_that_leads_elsewhere_refuses_the_archive(name: str) -> None:
    with pytest.raises(BrokenPackError, match="does not read") as caught:
        downloaded({"a.yaml": "a: 1\n", name: "kind: evil\n"})
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_what_is_no_file_is_not_read(kind: bytes) -> None:
    found = downloaded(
        {"apps/a/a.yaml": "a: 1\n", "apps/b/b.yaml": special(kind, "/etc/passwd"), "x": special(kind, "y")}, "apps/*"
    )
    assert [text.problem is None for text in found.texts] == [True, False]
    assert "put the file in its place" in str(found.texts[1].problem)
    assert found.remarks


@pytest.mark.parametrize(
    ("limit", "value", "files"),
    [
        ("entries", 10, {f"{number}.txt": "x" for number in range(20)}),
        ("depth", 5, {f"{'d/' * 10}x.yaml": "x: 1\n"}),
        ("unpacked", 50_000, {"x.bin": b"\0" * 100_000}),
        ("unpacked", 50_000, {"x.yaml": b"#" * 100_000}),
        ("units", 3, {f"apps/{number}/a.yaml": "x: 1\n" for number in range(5)}),
        ("ratio", 50, {"x.bin": b"\0" * (20 << 20)}),
    ],
)
def test_an_archive_beyond_a_limit_is_refused(limit: str, value: int, files: Mapping[str, Member]) -> None:
    with pytest.raises(LimitError) as caught:
        downloaded(files, *(("apps/*",) if limit == "units" else ()), limits={limit: value})
    assert caught.value.limit == limit


@pytest.mark.parametrize(
    ("limit", "files"),
    [
        ("file", {"apps/a/big.yaml": "#" * 2_000}),
        ("text", {f"apps/a/{number}.yaml": "#" * 900 for number in range(3)}),
        ("files", {f"apps/a/{number}.yaml": "#" for number in range(11)}),
    ],
)
def test_a_unit_beyond_a_limit_stops_only_itself(limit: str, files: Mapping[str, Member]) -> None:
    limits = {"file": 1_000, "text": 2_000, "files": 10}
    found = downloaded({**files, "apps/b/b.yaml": "b: 1\n"}, "apps/*", limits=limits)
    assert [text.problem and text.problem[0] for text in found.texts] == [limit, None]


def test_a_file_that_is_no_text_stops_only_its_unit() -> None:
    found = downloaded({"apps/a/a.yaml": b"\xff\xfe", "apps/b/b.yaml": "b: 1\n"}, "apps/*")
    assert "apps/a/a.yaml, line 1" in str(found.texts[0].problem)
    assert found.texts[1].problem is None


def test_a_file_that_is_there_twice_refuses_the_archive() -> None:
    with pytest.raises(BrokenPackError, match="twice"):
        downloaded({"a.yaml": "a: 1\n", "./a.yaml": "a: 2\n"})


def test_what_is_cut_or_damaged_is_an_error_or_what_it_was() -> None:
    """Never half of it."""
    whole = archive(FILES)
    rng = random.Random(3)
    for _ in range(300):
        data = bytearray(whole[: rng.randrange(1, len(whole))] if rng.random() < 0.5 else whole)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        try:
            found = read_download(bytes(data), ("apps/*",), LIMITS)
        except (BrokenPackError, LimitError):
            continue
        assert [text.text for text in found.texts] == [text.text for text in downloaded(FILES, "apps/*").texts]


def test_an_archive_without_its_end_is_not_one_with_fewer_files() -> None:
    whole = archive(FILES, "w")
    for end in range(512, whole.rindex(b"b: 1\n") + 512, 512):
        with pytest.raises(BrokenPackError):
            read_download(whole[:end], (), LIMITS)
    damaged = bytearray(whole)
    damaged[1024] ^= 1  # the name of the second file
    with pytest.raises(BrokenPackError, match="damaged"):
        read_download(bytes(damaged), (), LIMITS)


@pytest.mark.parametrize("place", [0, 65_530, 65_536, 200_000])
def test_a_word_is_found_wherever_it_is(place: int) -> None:
    text = b"." * place + b"APIVersions" + b"." * 70_000
    for data in (text, gzip.compress(text)):
        assert mentioned(data, ("Capabilities", "APIVersions"), LIMITS) == ["APIVersions"]
