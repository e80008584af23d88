"""A cluster is another one only when its UID says so."""

import pytest

from vidra.clusters.home import Home


@pytest.mark.parametrize(
    ("home", "uid", "namespace"),
    [("a", "a", "own"), ("a", "b", ""), ("a", "", "own"), ("", "b", "own"), ("", "", "own")],
)
def test_vidras_namespace_is_kept_wherever_it_may_be(home: str, uid: str, namespace: str) -> None:
    known = Home("own")
    known.uid = home
    assert known.namespace_in(uid) == namespace
