"""Who mistyped a name is asked for the one that was probably meant."""

import pytest

from vidra.common.nearest import did_you_mean, nearest


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("mian", ["main", "staging"], "main"),
        ("Webserver_Manifst", ["Webserver_Manifest", "Virtual_Machine"], "Webserver_Manifest"),
        ("webserver_manifest", ["Webserver_Manifest"], "Webserver_Manifest"),
        ("Deploymnet", ["Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"], "Deployment"),
        ("infrahub.exmaple.test", ["infrahub.example.test"], "infrahub.example.test"),
        ("replica", ["replicas", "selector"], "replicas"),
        ("gte", ["tree", "get", "trace"], "get"),
        ("weg", ["web", "db"], "web"),
        ("staging", ["main"], ""),
        ("main", ["main", "maine"], ""),
        ("x", [], ""),
        ("", ["main"], ""),
        # The same answer whatever the order of the names.
        ("dev-0", ["dev-2", "dev-1"], "dev-1"),
    ],
)
def test_the_nearest_name_is_found(word: str, known: list[str], meant: str) -> None:
    assert nearest(word, known) == meant


def test_the_question_ends_a_message() -> None:
    assert did_you_mean("mian", ["main"]) == '; did you mean "main"?'
    assert did_you_mean("staging", ["main"]) == ""


def test_very_many_and_very_long_names_cost_little() -> None:
    assert nearest("a" * 100, (f"{number}" * 1000 for number in range(10**9))) == ""
