import base64
import re
import shlex

import pytest

from vidra.api.meta import Meta
from vidra.api.names import INFRAHUB_LABEL
from vidra.api.reasons import Reason
from vidra.api.sources import InfrahubSource
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec
from vidra.kube.types import Secret
from vidra.sources.infrahub import Credential
from vidra.sources.infrahub.credentials import choose
from vidra.sources.protocol import SourceError

OWN = "vidra-system"
URL = "https://infrahub.example:8000/base"


def secret(
    name: str,
    host: str = "infrahub.example",
    url: str = "",
    created: str = "2026",
    namespace: str = OWN,
    **data: str,
) -> Secret:
    values = data or {"token": name}
    return Secret(
        Meta(
            name=name,
            namespace=namespace,
            uid=name,
            creation_timestamp=created,
            labels={INFRAHUB_LABEL: host},
            annotations={INFRAHUB_LABEL: url} if url else {},
        ),
        {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    )


def exact(name: str, url: str = URL, created: str = "2026", namespace: str = OWN, **data: str) -> Secret:
    return secret(name, url=url, created=created, namespace=namespace, **data)


def sync(name: str, url: str, created: str) -> InfrahubSync:
    source = InfrahubSource(infrahub_api_url=url, artifact_name="Web")
    return InfrahubSync(Meta(name=name, uid=name, creation_timestamp=created), InfrahubSyncSpec(source=source))


@pytest.mark.parametrize(
    ("secrets", "chosen", "others"),
    [
        ([exact("a")], "a", []),
        ([exact("a", created="2026"), exact("b", created="2027")], "b", ["a"]),
        ([exact("a"), exact("b")], "b", ["a"]),
        ([exact("a", f"{URL}/"), exact("b", URL.upper().replace("/BASE", "/base"))], "b", []),
        ([exact("a", "https://infrahub.example:8000/other"), exact("b")], "b", []),
        ([secret("a", host="anything", url=URL)], "a", []),
        ([exact("a", created="2020"), exact("b", "https://infrahub.example:8000", created="2027")], "a", []),
        ([exact("a", created="2020"), exact("b", created="2027", namespace="listed")], "a", ["b"]),
        ([exact("a", created="2027", token=""), exact("b", created="2020"), exact("c", created="2010")], "b", ["c"]),
        ([exact("a", username="me", password=""), exact("b", "https://infrahub.example:8000")], "b", []),
    ],
)
def test_which_secret_counts(secrets: list[Secret], chosen: str, others: list[str]) -> None:
    for order in (secrets, secrets[::-1]):
        choice = choose(URL, order, OWN)
        assert choice.secret.metadata.name == chosen
        assert [other.metadata.name for other in choice.others] == others


@pytest.mark.parametrize(
    ("stored", "url", "sent"),
    [
        ("https://hub.example", "https://hub.example:443/", True),
        ("https://hub.example", "https://hub.example/lab", True),
        ("https://hub.example/lab", "https://hub.example/lab/eu", True),
        ("https://hub.example/lab", "https://HUB.example/lab?x#y", True),
        ("https://hub.example/lab/", "https://hub.example/lab", True),
        ("https://hub.example/lab", "https://hub.example", False),
        ("https://hub.example/lab", "https://hub.example/laboratory", False),
        ("https://hub.example/lab", "https://hub.example/LAB", False),
        ("https://hub.example/lab", "https://hub.example/lab/../prod", False),
        ("https://hub.example/lab", "https://hub.example/lab/%2e%2e/prod", False),
        ("https://hub.example/lab", "https://hub.example/lab/..%2fprod", False),
        ("https://hub.example/lab", "https://hub.example/lab/..;/prod", False),
        ("https://hub.example/lab", "https://hub.example/lab/%5c..%5cprod", False),
        ("https://hub.example", "http://hub.example", False),
        ("https://hub.example", "http://hub.example:443", False),
        ("https://hub.example", "https://hub.example:8443", False),
        ("https://hub.example", "https://hub.example.evil.example", False),
        ("https://hub.example", "https://hub.example@evil.example", False),
        ("https://hub.example", "https://hub.example\\@evil.example", False),
        ("https://hub.example", "https://evil.example/hub.example", False),
        ("http://hub.example:8000", "http://hub.example:8000", True),
        ("http://hub.example:8000", "https://hub.example:8000", False),
        ("hub.example", "https://hub.example", False),
        ("ftp://hub.example", "https://hub.example", False),
    ],
)
def test_a_credential_goes_only_to_the_address_that_it_was_stored_for(stored: str, url: str, sent: bool) -> None:
    if sent:
        assert choose(url, [exact("a", stored)], OWN).secret.metadata.name == "a"
        return
    with pytest.raises(SourceError) as caught:
        choose(url, [exact("a", stored)], OWN)
    assert caught.value.reason is Reason.CREDENTIALS_MISSING


FIRST, LATER = "https://hub.example/first", "https://hub.example/later"


@pytest.mark.parametrize(
    ("url", "used", "why"),
    [
        ("https://hub.example", [], ""),
        ("https://hub.example:443", ["https://hub.example/", "https://other.example"], ""),
        (FIRST, [FIRST, LATER, "http://hub.example", "https://hub.example:8443"], ""),
        (LATER, [FIRST, LATER], "for one address of it, which is https://hub.example/first. It is not sent to"),
        (
            "http://hub.example",
            ["http://hub.example"],
            "with https, on port 443. It is not sent to http://hub.example",
        ),
        ("https://hub.example:8443", ["https://hub.example:8443"], "infrahub-api-url=https://hub.example:8443"),
    ],
)
def test_a_host_alone_stands_for_one_https_address(url: str, used: list[str], why: str) -> None:
    """The oldest sync's: who adds a sync neither gets the password, nor keeps it from those who have it."""
    vague = secret("a", host="hub.example")
    syncs = [sync(str(number), address, f"202{number}") for number, address in enumerate(used)]
    for order in (syncs, syncs[::-1]):
        if not why:
            assert choose(url, [vague], OWN, order).secret is vague
            continue
        with pytest.raises(SourceError, match=re.escape(why)) as caught:
            choose(url, [vague], OWN, order)
        assert caught.value.reason is Reason.CREDENTIALS_MISSING
        assert "kubectl -n vidra-system annotate secret a infrahub-api-url=" in str(caught.value)
        assert choose(url, [vague, exact("b", url)], OWN, order).secret.metadata.name == "b"


@pytest.mark.parametrize(
    "secrets",
    [[], [secret("a", host="other.example")], [secret("a", url="https://other.example")]],
)
def test_without_one_it_says_what_to_create(secrets: list[Secret]) -> None:
    with pytest.raises(SourceError, match=r"vidra credentials apply https://infrahub\.example:8000/base") as caught:
        choose(URL, secrets, OWN)
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
    assert choose(URL, [exact("a", **data)], OWN).credential == credential


@pytest.mark.parametrize("data", [{"username": "me"}, {"password": "hush"}, {"other": "hush"}, {"token": ""}])
def test_half_a_credential_says_what_is_missing(data: dict[str, str]) -> None:
    with pytest.raises(SourceError, match="vidra-system/a needs username and password, or token") as caught:
        choose(URL, [exact("a", **data)], OWN)
    assert caught.value.reason is Reason.CREDENTIALS_INVALID
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("value", ["%hush%", base64.b64encode(b"\xff\xfe").decode()])
def test_values_that_are_no_text_are_said(value: str) -> None:
    broken = Secret(exact("a").metadata, {"token": value})
    with pytest.raises(SourceError, match="vidra-system/a holds values that are no text") as caught:
        choose(URL, [broken], OWN)
    assert caught.value.reason is Reason.CREDENTIALS_INVALID
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("path", ["/a;touch$IFS/tmp/x", "/$(id)", "/`id`", "/a|b", "/a'b", "/a&&b", "/~/*"])
def test_a_command_in_a_message_does_nothing_but_what_it_says(path: str) -> None:
    with pytest.raises(SourceError) as caught:
        choose(f"https://hub.example:8443{path}", [secret("a", host="hub.example")], OWN)
    command = str(caught.value).partition("if it is for that: ")[2]
    tokens = shlex.shlex(command, posix=True, punctuation_chars=True)
    tokens.whitespace_split = True
    words = list(tokens)
    assert words[:6] == ["kubectl", "-n", OWN, "annotate", "secret", "a"]
    assert len(words) == 7
    assert not set(";|&`()<>$*~") & set(re.sub("'[^']*'", "", command))
