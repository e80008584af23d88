"""A difference is what a person may have written, by cluster, and never a secret."""

from typing import Any

import msgspec
import pytest

from testkit.objects import config_map, secret
from vidra.views.object_diff import diffs_of

Json = dict[str, Any]


def counted(item: Json, version: str) -> Json:
    metadata = {
        **item["metadata"],
        "uid": version,
        "resourceVersion": version,
        "generation": int(version),
        "managedFields": [{"manager": version}],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": version},
    }
    return {**item, "metadata": metadata, "status": {"seen": version}}


def test_what_the_server_counts_and_reports_is_no_difference() -> None:
    one = config_map("one", "web", colour="red")
    assert diffs_of([("", counted(one, "1"), counted(one, "2"))]) == []


def test_differences_are_sorted_by_cluster_and_then_by_object() -> None:
    two, one = config_map("two", "web"), config_map("one", "web")
    changes = [("https://edge.example", None, one), ("", two, None), ("", None, one)]
    assert [(diff.server, diff.title) for diff in diffs_of(changes)] == [
        ("", "ConfigMap web/one (v1)"),
        ("", "ConfigMap web/two (v1)"),
        ("https://edge.example", "ConfigMap web/one (v1) on https://edge.example"),
    ]


def test_a_secret_says_which_value_differs_and_no_value() -> None:
    old = secret("login", "web", same="c2FtZQ==", other="b2xk", gone="Z29uZQ==")
    new = secret("login", "web", same="c2FtZQ==", other="bmV3", more="bW9yZQ==")
    for side in (old, new):
        side["data"] = side.get("data") or side.pop("stringData")
    (diff,) = diffs_of([("", old, new)])
    assert diff.before is not None
    assert diff.after is not None
    assert diff.before["data"] == {"same": "***", "other": "*** (before)", "gone": "***"}
    assert diff.after["data"] == {"same": "***", "other": "*** (after)", "more": "***"}


@pytest.mark.parametrize("field", ["data", "stringData"])
@pytest.mark.parametrize("values", [{"password": "hunter2"}, "hunter2", ["hunter2"]])
@pytest.mark.parametrize("side", [0, 1, 2])
def test_a_secret_is_masked_on_both_sides_whatever_it_looks_like(field: str, values: Any, side: int) -> None:
    item = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "login"}, field: values}
    changed = {**item, "metadata": {"name": "login", "labels": {"a": "b"}}}
    sides = [(item, None), (None, item), (item, changed)][side]
    (diff,) = diffs_of([("", *sides)])
    text = msgspec.json.encode(diff)
    assert b"***" in text
    assert b"hunter2" not in text


def test_a_name_of_several_lines_stays_on_one() -> None:
    item = config_map("one", "web")
    item["metadata"]["name"] = "one\n--- two"
    (diff,) = diffs_of([("", None, item)])
    assert "\n" not in diff.title
