"""Beside each line of a preview stands who holds it, and what stays when one lets go."""

from typing import Any

from vidra.manifests.write import write
from vidra.views.line_holders import beside, leaving, line_holders
from vidra.views.object_diff import diffs_of
from vidra.views.unified_diff import sides, unified

MANAGERS = {"vidra:hub:web": "web"}
BODY: dict[str, Any] = {
    "kind": "Deployment",
    "metadata": {"name": "web", "finalizers": ["a/b", "c/d"]},
    "spec": {"replicas": 3, "containers": [{"name": "side", "image": "s"}, {"name": "web", "image": "w", "args": [1]}]},
}
FIELDS = {
    "f:metadata": {"f:finalizers": {'v:"c/d"': {}}},
    "f:spec": {"f:containers": {'k:{"name":"web"}': {".": {}, "f:name": {}, "f:image": {}, "f:args": {}}, "k:no": {}}},
}
MANAGED = [
    {"manager": "vidra:hub:web", "fieldsV1": FIELDS},
    {"manager": "kubectl-scale", "fieldsV1": {"f:spec": {"f:replicas": {}, "f:gone": {}}}},
]


def test_each_line_is_held_by_whom_managed_fields_name() -> None:
    lines = write([BODY]).removeprefix("---\n").splitlines()
    held = dict(zip((line.strip() for line in lines), line_holders("\n".join(lines), MANAGED, MANAGERS), strict=False))
    assert (held["replicas: 3"], held["image: w"], held["image: s"]) == ("kubectl-scale", "web", "")
    assert (held["- c/d"], held["- a/b"], held["kind: Deployment"]) == ("web", "", "")
    assert held["- 1"] == "web"  # a list that is held as one


def test_they_stand_beside_what_is_removed_and_added() -> None:
    before = {**BODY, "apiVersion": "apps/v1", "metadata": {"name": "web", "managedFields": MANAGED}}
    taken = [{"manager": "vidra:hub:web", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]
    after = {**before, "metadata": {"name": "web", "managedFields": taken}, "spec": {**BODY["spec"], "replicas": 5}}
    (change,) = diffs_of([("", before, after)])
    lines = unified(change)[2:]
    first, second = (line_holders(text, managed, MANAGERS) for text, managed in sides(change))
    told = {line.strip("+- "): who for line, who in zip(lines, beside(lines, first, second), strict=True) if who}
    assert told == {"replicas: 3": "kubectl-scale", "replicas: 5": "web"}


def test_who_lets_go_and_who_stays() -> None:
    assert leaving(MANAGED, MANAGED[1:], MANAGERS) == (["web"], ["kubectl-scale"])
    assert leaving(MANAGED, MANAGED, MANAGERS) == ([], ["web", "kubectl-scale"])


def test_what_nobody_can_read_holds_nothing() -> None:
    assert line_holders("a: 1", [{"manager": "m", "fieldsV1": {"k:[": {}, "f:a": {"f:b": {}}}}], {}) == [""]
    assert line_holders("", [{"manager": "m"}], {}) == [""]
