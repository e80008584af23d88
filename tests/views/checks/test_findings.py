"""What a check finds is ok only when it was seen to be ok."""

import pytest

from testkit.resources import resource, sync
from vidra.api.reasons import Reason
from vidra.api.rights import needs
from vidra.clusters.errors import ClusterError
from vidra.kube.errors import ApiError, KubeError, Status, UnreachableError
from vidra.sources.protocol import Listing, Unit
from vidra.views.checks.cluster import contains, definitions_finding, version_finding
from vidra.views.checks.destinations import problem_of, servers_of
from vidra.views.checks.rights import rights_finding, rights_wanted
from vidra.views.checks.run import settings_finding
from vidra.views.checks.sources import listing_finding


@pytest.mark.parametrize(
    ("major", "minor", "result"),
    [("1", "27", "ok"), ("1", "27+", "ok"), ("2", "0", "ok"), ("1", "26", "problem"), (None, None, "problem")],
)
def test_a_cluster_has_to_be_new_enough_and_to_say_so(major: str | None, minor: str | None, result: str) -> None:
    assert version_finding("cluster", {"major": major, "minor": minor, "gitVersion": "v"}).result == result


def test_a_missing_definition_counts_before_one_that_differs() -> None:
    finding = definitions_finding(["a"], ["b"])
    assert finding.result == "problem"
    assert finding.message.startswith("a missing: vidra install")
    assert definitions_finding([], ["b"]).result == "problem"
    assert definitions_finding([], []).result == "ok"


@pytest.mark.parametrize(
    ("live", "wanted", "result"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": {"b": [1, {"c": 2, "d": 3}]}}, {"a": {"b": (1, {"c": 2})}}, True),
        ({}, {"a": None}, False),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": [2, 1]}, {"a": [1, 2]}, False),
        ({"a": {}}, {"a": []}, False),
    ],
)
def test_a_definition_may_have_more_and_not_less(live: object, wanted: object, result: bool) -> None:
    assert contains(live, wanted) is result


def test_every_right_is_asked_for_and_secrets_in_each_namespace() -> None:
    wanted = rights_wanted(["vidra-system", "more"])
    assert len(wanted) == sum(len(need.verbs) for need in needs()) + 2
    assert [(verb, need.resource) for verb, need, namespace in wanted if namespace == "more"] == [
        ("list", "secrets"),
        ("watch", "secrets"),
    ]
    assert {namespace for _, need, namespace in wanted if not need.own} == {""}


def test_one_right_that_is_missing_is_a_problem() -> None:
    assert rights_finding("rights", ["list secrets"]).result == "problem"
    assert rights_finding("rights", []).result == "ok"


@pytest.mark.parametrize(
    ("listing", "result", "message"),
    [
        (Listing((Unit("a", "1"),)), "ok", "1 artifact; mind the password"),
        (Listing((Unit("a", "1"), Unit("b", None))), "ok", "2 artifacts; mind the password"),
        (Listing((), missing="page 2"), "problem", "the list is incomplete: page 2"),
        (Listing((Unit("a", "1"),), missing="page 2"), "problem", "the list is incomplete: page 2"),
        (Listing(()), "problem", 'no artifact "Web" on the branch "main": check name and branch'),
    ],
)
def test_a_list_is_ok_when_it_is_complete_and_not_empty(listing: Listing, result: str, message: str) -> None:
    finding = listing_finding(sync("all"), listing, ["mind the password"])
    assert (finding.check, finding.result, finding.message) == ("infrahub of all", result, message)


def test_settings_that_are_wrong_are_a_problem_and_none_are_the_defaults() -> None:
    assert settings_finding("a/b", ["queryName is empty"]).result == "problem"
    assert settings_finding("a/b", []).message == "ConfigMap a/b"
    assert settings_finding("", []).message.startswith("defaults")


def test_a_server_is_checked_once_and_the_own_cluster_not_at_all() -> None:
    assert servers_of([], [resource("a")]) == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ClusterError(Reason.CLUSTER_CREDENTIALS_MISSING, "none"), "none (ClusterCredentialsMissing): vidra cluster"),
        (UnreachableError("no answer"), "no answer (ClusterUnreachable)"),
        (KubeError("broken"), "broken (ClusterUnreachable)"),
        (ApiError(401, Status(message="who?")), "(ClusterUnauthorized): vidra cluster apply"),
        (ApiError(403, Status(message="no")), "no"),
    ],
)
def test_why_a_cluster_cannot_be_used_has_a_reason(error: ClusterError | KubeError, says: str) -> None:
    assert says in problem_of(error)
