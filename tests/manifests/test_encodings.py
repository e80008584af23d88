"""A text in any Unicode encoding that says so is read; anything else is named as what it is."""

import codecs

import pytest

from vidra.manifests import ProblemReason, read

TEXT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: 'é😀'}\n---\n\ufeff# empty\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n---\n", "\r---\r").replace("\n", "\r").replace("\r---\r", "\n---\n").encode(),
        TEXT,
    ],
)
def test_it_is_read(data: bytes | str) -> None:
    reading = read(data)
    assert [each.body["data"] for each in reading.objects] == [{"a": "é😀"}]
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a: 1\nb: \xff\n", 2),
        (TEXT.encode("latin-1", "replace"), 4),
        (b'{"a": "\xff"}', 1),
        (codecs.BOM_UTF16_LE + b"a", 0),
        (codecs.BOM_UTF32_LE + b"abcd", 0),
        ("a: 1\nb: \ud800\n", 2),
    ],
)
def test_it_is_not_text(data: bytes | str, line: int) -> None:
    reading = read(data)
    assert [(each.document, each.line, each.reason) for each in reading.problems] == [(0, line, ProblemReason.NOT_TEXT)]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"---\n", b"# only\n", b"\xef\xbb\xbf", b"---\n---\n...\n", b"null\n", b" \t\n"]
)
def test_a_text_without_objects_is_no_problem(data: bytes) -> None:
    assert read(data) == read("")
    assert (read(data).objects, read(data).problems, read(data).warnings) == ((), (), ())


def test_empty_documents_are_not_counted() -> None:
    text = "# head\n---\n---\n# c\n---\n\ufeffapiVersion: v1\nkind: A\nmetadata: {name: a}\n---\n---\nbroken: [1\n"
    reading = read(text)
    assert [each.document for each in reading.objects] == [1]
    assert [(each.document, each.line) for each in reading.problems] == [(2, 12)]


def test_directives_belong_to_the_document_behind_them() -> None:
    text = (
        "%YAML 1.2\n%TAG !e! tag:example.org,2026:\n# c\n---\nkind: A\napiVersion: v1\nmetadata: {name: !e!x a}\nb: [\n"
    )
    assert [(each.document, each.line) for each in read(text).problems] == [(1, 9)]
    assert [each.ref.name for each in read(text.replace("b: [\n", "")).objects] == ["a"]
