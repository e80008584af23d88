"""A cluster is another one only when its UID says so."""

import pytest

from vidra.clusters.own_cluster import Home


@pytest.mark.parametrize(
    ("home", "uid", "kept"), [("a", "a", True), ("a", "b", False), ("a", "", True), ("", "b", True), ("", "", True)]
)
def test_vidras_namespaces_are_kept_wherever_they_may_be(home: str, uid: str, kept: bool) -> None:
    known = Home("own", ("team",))
    known.uid = home
    assert known.namespaces_in(uid) == (("own", "team") if kept else ())
