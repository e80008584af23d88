"""What a text says twice is read as kubectl reads it, and the author is told."""

import pytest

from vidra.manifests import ProblemReason, Reading, read

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ns}\n"


def _warned(reading: Reading) -> list[tuple[int, int, ProblemReason]]:
    assert reading.problems == ()
    return [(each.document, each.line, each.reason) for each in reading.warnings]


@pytest.mark.parametrize("data", ["data: {a: '1', a: '2'}", "data:\n  a: '1'\n  a: '2'"])
def test_the_last_of_two_keys_counts(data: str) -> None:
    reading = read(CM + data)
    assert reading.objects[0].body["data"] == {"a": "2"}
    assert _warned(reading) == [(1, 4 + data.count("\n"), ProblemReason.DUPLICATE_KEY)]
    assert "'a'" in reading.warnings[0].message


def test_the_last_of_two_keys_counts_in_json_too() -> None:
    text = '\n{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"1","a":"2"}}'
    reading = read(text)
    assert reading.objects[0].body["data"] == {"a": "2"}
    assert _warned(reading) == [(1, 2, ProblemReason.DUPLICATE_KEY)]


def test_keys_that_only_become_equal_are_told_too() -> None:
    assert _warned(read(CM + "data: {1: a, '1': b}")) == [(1, 4, ProblemReason.DUPLICATE_KEY)]


def test_a_key_that_replaces_a_merged_one_is_no_mistake() -> None:
    assert _warned(read(CM + "x: &x {a: 1}\ny: {<<: *x, a: 2}\n")) == []


def test_the_last_of_two_documents_with_the_same_object_counts() -> None:
    reading = read(f"{CM}data: {{a: one}}\n---\n{CM}data: {{a: two}}\n")
    assert [(each.document, each.body["data"]) for each in reading.objects] == [(2, {"a": "two"})]
    assert _warned(reading) == [(2, 6, ProblemReason.DUPLICATE_OBJECT)]
    assert "ConfigMap ns/a (v1) is also in document 1" in reading.warnings[0].message


def test_two_versions_of_an_api_show_the_same_object() -> None:
    texts = (f"apiVersion: example.org/{version}\nkind: A\nmetadata: {{name: a}}\n" for version in ("v1", "v2"))
    assert [each.ref.api_version for each in read("---\n".join(texts)).objects] == ["example.org/v2"]


def test_another_namespace_group_or_kind_is_another_object() -> None:
    others = (
        CM.replace(": ns}", ": other}"),
        CM.replace(": v1", ": example.org/v1"),
        CM.replace("ConfigMap", "Secret"),
    )
    reading = read("---\n".join((CM, *others)))
    assert len(reading.objects) == 4
    assert reading.warnings == ()


def test_a_stranger_cannot_make_millions_of_warnings() -> None:
    assert len(read(CM + "a: 1\n" * 10_000).warnings) == 20
