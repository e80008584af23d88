"""A broken document stops only itself, and says where and why."""

import pytest

from vidra.manifests import ProblemReason, read

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
TAG = "a value is not what its tag"


@pytest.mark.parametrize(
    ("broken", "line", "reason"),
    [
        ("a: [\n", 6, ProblemReason.INVALID_YAML),
        ("a: 1\n b: 2\n", 6, ProblemReason.INVALID_YAML),
        ("a:\n\tb: 1\n", 6, ProblemReason.INVALID_YAML),
        ("a: \x01\n", 5, ProblemReason.INVALID_YAML),
        ("a: *nobody\n", 5, ProblemReason.INVALID_YAML),
        ("a: &a [*a]\n", 5, ProblemReason.INVALID_YAML),
        ("a: 1\n...\nb: 2\n", 6, ProblemReason.INVALID_YAML),
        ("a: 1\n\r---\rb: 2\n", 7, ProblemReason.INVALID_YAML),
        ("--- {a: 1}\n", 5, ProblemReason.INVALID_SEPARATOR),
        ("a: |\n  b\n-----BEGIN CERTIFICATE-----\nc\n", 7, ProblemReason.INVALID_SEPARATOR),
        ("a: !!int x\n", 5, ProblemReason.INVALID_VALUE),
        ("a:\n  b: .nan\n", 6, ProblemReason.INVALID_VALUE),
        ('{"a": 1e999}\n', 5, ProblemReason.INVALID_VALUE),
        ("a: 1\n~: 2\n", 6, ProblemReason.INVALID_KEY),
        ("a: 1\n[b]: 2\n", 6, ProblemReason.INVALID_KEY),
        ("a: {<<: 1}\n", 5, ProblemReason.INVALID_MERGE),
        ("- a\n", 5, ProblemReason.NOT_AN_OBJECT),
        ("text\n", 5, ProblemReason.NOT_AN_OBJECT),
        ('[{"kind": "A"}]\n', 5, ProblemReason.NOT_AN_OBJECT),
        ("a: 1\n", 5, ProblemReason.MISSING_KIND),
        ("kind: A\n", 5, ProblemReason.MISSING_API_VERSION),
        ("apiVersion: v1\nkind: A\n", 5, ProblemReason.MISSING_NAME),
        ("apiVersion: v1\nkind: A\nmetadata:\n", 5, ProblemReason.MISSING_NAME),
        ("apiVersion: v1\nkind: A\nmetadata: {name: ''}\n", 5, ProblemReason.MISSING_NAME),
        ("apiVersion: v1\nkind: A\nmetadata: {generateName: a-}\n", 5, ProblemReason.MISSING_NAME),
        ("apiVersion: v1\nkind: A\nmetadata: {name: 5}\n", 5, ProblemReason.INVALID_FIELD),
        ("apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: 5}\n", 5, ProblemReason.INVALID_FIELD),
        ("apiVersion: v1\nkind: A\nmetadata: {name: a, labels: {b: on}}\n", 5, ProblemReason.INVALID_FIELD),
        ("apiVersion: v1\nkind: A\nmetadata: {name: a, annotations: []}\n", 5, ProblemReason.INVALID_FIELD),
        ("apiVersion: v1\nkind: A\nmetadata: a\n", 5, ProblemReason.INVALID_FIELD),
        ("apiVersion: 1\nkind: A\nmetadata: {name: a}\n", 5, ProblemReason.INVALID_FIELD),
        ("apiVersion: a/b/c\nkind: A\nmetadata: {name: a}\n", 5, ProblemReason.INVALID_FIELD),
        ("apiVersion: v1\nkind: true\nmetadata: {name: a}\n", 5, ProblemReason.INVALID_FIELD),
        ("apiVersion: v1\nkind: List\n", 5, ProblemReason.MISSING_NAME),
        ("apiVersion: v1\nkind: List\nitems: {}\n", 5, ProblemReason.INVALID_LIST),
        ("apiVersion: v1\nkind: List\nitems: [a]\n", 5, ProblemReason.NOT_AN_OBJECT),
    ],
)
def test_its_neighbours_are_read(broken: str, line: int, reason: ProblemReason) -> None:
    reading = read(GOOD % "before" + "---\n" + broken + "---\n" + GOOD % "after")
    assert [(each.ref.name, each.document) for each in reading.objects] == [("before", 1), ("after", 3)]
    assert [(each.document, each.line, each.reason) for each in reading.problems] == [(2, line, reason)]


def test_a_line_that_starts_with_dashes_tears_no_document_apart() -> None:
    text = GOOD % "a" + "data:\n  tls.crt: |\n-----BEGIN CERTIFICATE-----\n"
    reading = read(text)
    assert reading.objects == ()
    assert [each.line for each in reading.problems] == [6]


def test_a_problem_in_a_list_says_which_item_and_keeps_the_others() -> None:
    items = '{"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "a"}}, {"kind": "ConfigMap"}'
    nested = (
        f'{{"apiVersion": "v1", "kind": "List", "items": [{{"apiVersion": "v1", "kind": "List", "items": [{items}]}}]}}'
    )
    reading = read(nested)
    assert [each.ref.name for each in reading.objects] == ["a"]
    assert [each.message for each in reading.problems] == [
        "items[0].items[1]: apiVersion is missing; every object needs one"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "kind: Secret\napiVersion: v1\nmetadata: {name: s3cret: x}\n",
        "kind: Secret\ndata: {a: !!int s3cret}\n",
        "kind: Secret\ndata: {a: !!binary s3cret-}\n",
        "kind: Secret\ndata: {a: 's3cret\n",
        "kind: Secret\ndata: s3cret\n  b: c\n",
        'kind: Secret\ndata: {"a": "s3cret}\n',
        "s3cret\n",
        "- s3cret\n",
        "kind: Secret\napiVersion: s3cret/s3cret/s3cret\n",
        "kind: A\napiVersion: v1\nmetadata: {name: a, labels: {b: [s3cret]}}\n",
        "--- s3cret\n",
        "kind: A\nmetadata: *s3cret\n",
    ],
)
def test_no_message_shows_a_value(text: str) -> None:
    reading = read(text)
    assert reading.problems
    assert "s3cret" not in repr(reading.problems)
