"""The health of a text says what could not be read, and takes it for nothing else."""

from vidra.apply.health import Status
from vidra.apply.health.custom_rules import Rules
from vidra.views.manifest_health import health_of

CURRENT = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: web}\n"


def test_objects_keep_their_order_and_names() -> None:
    twice = health_of(CURRENT + b"---\n" + CURRENT + b"---\nkind: ConfigMap\n", Rules())
    assert [item.name for item in twice.objects] == ["web/one", "web/one", ""]


def test_what_cannot_be_read_is_a_problem_and_stops_only_itself() -> None:
    found = health_of(b"- 1\n---\n" + CURRENT, Rules())
    assert [item.health.status for item in found.objects] == [Status.CURRENT]
    assert [problem.document for problem in found.problems] == [1]


def test_one_object_that_is_not_current_is_enough() -> None:
    terminating = CURRENT.replace(b"name: one", b"name: two, deletionTimestamp: '2025-01-01T00:00:00Z'")
    assert health_of(CURRENT, Rules()).all_current
    assert not health_of(CURRENT + b"---\n" + terminating, Rules()).all_current
