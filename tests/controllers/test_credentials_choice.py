import base64

import pytest

from vidra.api.meta import Meta
from vidra.api.names import INFRAHUB_LABEL
from vidra.api.reasons import Reason
from vidra.controllers.credentials import choose
from vidra.kube.core import Secret
from vidra.sources.infrahub import Credential
from vidra.sources.protocol import SourceError

URL = "https://infrahub.example:8000/base"


def secret(name: str, host: str = "infrahub.example", url: str = "", created: str = "2026", **data: str) -> Secret:
    values = data or {"token": name}
    return Secret(
        Meta(
            name=name,
            namespace="ns",
            uid=name,
            creation_timestamp=created,
            labels={INFRAHUB_LABEL: host},
            annotations={INFRAHUB_LABEL: url} if url else {},
        ),
        {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    )


@pytest.mark.parametrize(
    ("secrets", "chosen", "others"),
    [
        ([secret("a")], "a", []),
        ([secret("a", created="2026"), secret("b", created="2027")], "b", ["a"]),
        ([secret("a"), secret("b")], "b", ["a"]),
        ([secret("a", url=URL, created="2020"), secret("b", created="2027")], "a", []),
        ([secret("a", url=f"{URL}/"), secret("b", url=URL.upper().replace("/BASE", "/base"))], "b", ["a"]),
        ([secret("a", url="https://infrahub.example:8000/other"), secret("b")], "b", []),
        ([secret("a", host="anything", url=URL)], "a", []),
        ([secret("a", host="other.example"), secret("b")], "b", []),
    ],
)
def test_which_secret_counts(secrets: list[Secret], chosen: str, others: list[str]) -> None:
    for order in (secrets, secrets[::-1]):
        choice = choose(URL, order)
        assert choice.secret.metadata.name == chosen
        assert [other.metadata.name for other in choice.others] == others


@pytest.mark.parametrize(
    "secrets",
    [[], [secret("a", host="other.example")], [secret("a", url="https://other.example")]],
)
def test_without_one_it_says_what_to_create(secrets: list[Secret]) -> None:
    with pytest.raises(SourceError, match=r"infrahub-api-url=infrahub\.example") as caught:
        choose(URL, secrets)
    assert caught.value.reason is Reason.CREDENTIALS_MISSING


@pytest.mark.parametrize(
    ("data", "credential"),
    [
        ({"token": "t\n"}, Credential(token="t")),
        ({"username": "me\r\n", "password": " p \n"}, Credential(username="me", password=" p ")),
        (
            {"username": "me", "password": "p", "token": "t"},
            Credential(username="me", password="p", token="t"),
        ),
    ],
)
def test_what_is_read_of_it(data: dict[str, str], credential: Credential) -> None:
    assert choose(URL, [secret("a", **data)]).credential == credential


@pytest.mark.parametrize("data", [{"username": "me"}, {"password": "hush"}, {"other": "hush"}, {"token": ""}])
def test_half_a_credential_says_what_is_missing(data: dict[str, str]) -> None:
    with pytest.raises(SourceError, match="ns/a needs username and password, or token") as caught:
        choose(URL, [secret("a", **data)])
    assert caught.value.reason is Reason.CREDENTIALS_INVALID
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("value", ["%hush%", base64.b64encode(b"\xff\xfe").decode()])
def test_values_that_are_no_text_are_said(value: str) -> None:
    broken = Secret(secret("a").metadata, {"token": value})
    with pytest.raises(SourceError, match="ns/a holds values that are no text") as caught:
        choose(URL, [broken])
    assert caught.value.reason is Reason.CREDENTIALS_INVALID
    assert "hush" not in str(caught.value)
