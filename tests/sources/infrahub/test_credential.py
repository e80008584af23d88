"""What cannot be a credential is refused before anything is sent, and nothing of it is repeated."""

import pytest

from vidra.api.reasons import Reason
from vidra.sources.infrahub.credential import LONGEST, Credential, check
from vidra.sources.protocol import SourceError


@pytest.mark.parametrize(
    "credential",
    [
        Credential(token="hush\nhush"),
        Credential(token="hüsh"),
        Credential(token="hush" * LONGEST),
        Credential(username="u", password="hush" * LONGEST),
        Credential(username="hush" * LONGEST, password="p"),
        Credential(username="hush"),
    ],
)
def test_it_is_refused(credential: Credential) -> None:
    with pytest.raises(SourceError) as error:
        check(credential, "https://infrahub.example.com")
    assert error.value.reason is Reason.CREDENTIALS_INVALID
    assert "hush" not in str(error.value)


@pytest.mark.parametrize("credential", [Credential(token="t" * LONGEST), Credential(username="u", password="p")])
def test_others_are_taken(credential: Credential) -> None:
    check(credential, "https://infrahub.example.com")
