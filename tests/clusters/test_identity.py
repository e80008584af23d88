"""As whom a sync acts: a whole ServiceAccount or nobody, and never Vidra by mistake."""

import pytest

from vidra.api.policies import Policies
from vidra.api.reasons import Reason
from vidra.clusters.errors import ClusterError
from vidra.clusters.impersonation import impersonation_of


def test_a_serviceaccount_comes_with_the_groups_of_its_token() -> None:
    identity = impersonation_of(Policies(service_account_name="deployer", service_account_namespace="team-a"))
    assert identity is not None
    assert identity.headers == (
        ("Impersonate-User", "system:serviceaccount:team-a:deployer"),
        ("Impersonate-Group", "system:serviceaccounts"),
        ("Impersonate-Group", "system:serviceaccounts:team-a"),
        ("Impersonate-Group", "system:authenticated"),
    )


def test_without_one_there_is_no_identity() -> None:
    assert impersonation_of(Policies()) is None


@pytest.mark.parametrize(
    ("name", "namespace"),
    [
        ("deployer", None),
        ("deployer", ""),
        (None, "team-a"),
        ("", "team-a"),
        ("", ""),
        ("", None),
        (None, ""),
        (" ", "team-a"),
        ("deployer", "team a"),
        ("deployer", "team.a"),
        ("deployer\n", "team-a"),
        ("deployer", "team-a\r\nImpersonate-User: admin"),
        ("a:b", "team-a"),
        ("Deployer", "team-a"),
        ("-a", "team-a"),
        ("a" * 254, "team-a"),
        ("deployer", "a" * 64),
        ("dëployer", "team-a"),
    ],
)
def test_what_is_no_whole_name_is_refused(name: str | None, namespace: str | None) -> None:
    with pytest.raises(ClusterError, match=r"spec\.serviceAccountName") as caught:
        impersonation_of(Policies(service_account_name=name, service_account_namespace=namespace))
    assert caught.value.reason is Reason.INVALID_SPEC
