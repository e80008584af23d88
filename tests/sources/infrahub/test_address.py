from __future__ import annotations

import pytest

from testkit.infrahub import Answered, StandIn
from vidra.api.reasons import Reason
from vidra.sources.infrahub import Credential, Infrahub, InfrahubLimits, Selection
from vidra.sources.protocol import SourceError

KEY = Credential(token="key")


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://infrahub", "http://infrahub"),
        ("https://h:8443/infrahub/", "https://h:8443/infrahub"),
        (" http://h:80/ ", "http://h"),
        ("http://user:pass@h:8000/x?key=secret#part", "http://h:8000/x"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_port_and_path_stay_and_what_may_be_secret_goes(url: str, base: str) -> None:
    assert Infrahub(url, KEY).base == base


@pytest.mark.parametrize("url", ["", "infrahub", "ftp://h", "http://", "http://h:port", "/api", "http:///x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SourceError, match="write it as https://") as caught:
        Infrahub(url, KEY)
    assert caught.value.reason == Reason.INVALID_SPEC


async def test_an_infrahub_below_a_path(selection: Selection) -> None:
    async with StandIn(prefix="/infrahub") as standin:
        client = Infrahub(f"{standin.url}/", Credential(standin.username, standin.password))
        await client.list(selection)
        await client.close()
        assert standin.requests.count("/infrahub/", status=200) == len(standin.requests) == 3


async def test_a_wrong_path_is_no_infrahub(standin: StandIn, limits: InfrahubLimits, selection: Selection) -> None:
    for path in ("/x", "/api"):
        client = Infrahub(standin.url + path, Credential(standin.username, standin.password), limits)
        with pytest.raises(SourceError, match="correct `infrahubAPIURL`") as caught:
            await client.list(selection)
        await client.close()
        assert caught.value.reason == Reason.NOT_INFRAHUB


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/query/*"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(
    standin: StandIn, infrahub: Infrahub, selection: Selection, path: str, status: int
) -> None:
    location = "https://user:pass@infrahub.example.com/login?next=secret"
    standin.faults.add(Answered.redirect(location, status), path)
    with pytest.raises(SourceError, match=r"redirects to https://infrahub\.example\.com/login, ") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.NOT_INFRAHUB
    assert standin.requests.count(status=status) == 1


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/query/*"])
@pytest.mark.parametrize("status", [200, 401, 403, 404])
async def test_a_web_page_is_no_infrahub(
    standin: StandIn, infrahub: Infrahub, selection: Selection, path: str, status: int
) -> None:
    standin.faults.add(Answered.html(status), path)
    with pytest.raises(SourceError, match=f"{status} with text/html") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.NOT_INFRAHUB
    assert standin.requests.count(status=status, path=path.rstrip("*")) == 1


async def test_a_web_page_instead_of_a_text_is_no_infrahub(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.add_artifact("Webserver_Manifest", "a: 1\n")
    [artifact] = (await infrahub.list(selection)).units
    standin.faults.add(Answered.html(), "/api/artifact/*")
    with pytest.raises(SourceError, match="text/html") as caught:
        await infrahub.fetch(artifact, selection)
    assert caught.value.reason == Reason.NOT_INFRAHUB
