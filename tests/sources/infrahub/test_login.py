from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from testkit.infrahub import Answered, StandIn
from vidra.api.reasons import Reason
from vidra.sources.infrahub import Credential, Infrahub, InfrahubLimits, Selection
from vidra.sources.infrahub import auth as login
from vidra.sources.protocol import SourceError

LOGIN, REFRESH, QUERY = "/api/auth/login", "/api/auth/refresh", "/api/query"


async def test_fifty_requests_at_once_log_in_once(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    standin.log_in_takes(0.05)
    await asyncio.gather(*(infrahub.list(selection) for _ in range(50)))
    assert standin.requests.count(LOGIN) == 1
    assert standin.requests.count(QUERY, status=200) == 50


async def test_an_api_token_needs_no_log_in(standin: StandIn, limits: InfrahubLimits, selection: Selection) -> None:
    standin.add_artifact(selection.artifact_name, "a: b")
    client = Infrahub(standin.url, Credential(token=standin.token), limits)
    await client.list(selection)
    await client.close()
    assert [(entry.path, entry.auth) for entry in standin.requests] == [("/api/query/ArtifactIDs", "key")]


async def test_a_wrong_api_token_is_refused_at_once(
    standin: StandIn, limits: InfrahubLimits, selection: Selection
) -> None:
    client = Infrahub(standin.url, Credential(token="wrong-api-token"), limits)
    with pytest.raises(SourceError, match="API token: Invalid token") as caught:
        await client.list(selection)
    await client.close()
    assert caught.value.reason == Reason.UNAUTHORIZED
    assert standin.requests.count() == 1


async def test_expired_tokens_are_refreshed_without_a_log_in(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    await infrahub.list(selection)
    standin.accounts.expire_tokens()
    await asyncio.gather(*(infrahub.list(selection) for _ in range(50)))
    assert standin.requests.count(LOGIN) == 1
    assert standin.requests.count(REFRESH) == 1


async def test_tokens_are_refreshed_before_they_end(
    standin: StandIn, infrahub: Infrahub, selection: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin.accounts.lifetime = 600
    await infrahub.list(selection)
    monkeypatch.setattr(login, "_now", lambda: asyncio.get_running_loop().time() + 570)
    await infrahub.list(selection)
    assert standin.requests.count(LOGIN) == 1
    assert standin.requests.count(REFRESH) == 1
    assert standin.requests.count(status=401) == 0


async def test_a_refused_refresh_ends_in_a_log_in(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    await infrahub.list(selection)
    standin.accounts.expire_tokens()
    standin.accounts.end_sessions()
    await infrahub.list(selection)
    assert standin.requests.count(REFRESH, status=401) == 1
    assert standin.requests.count(LOGIN, status=200) == 2


async def test_tokens_that_infrahub_no_longer_knows_end_in_a_log_in(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    await infrahub.list(selection)
    standin.accounts.revoke()
    await infrahub.list(selection)
    assert standin.requests.count(REFRESH) == 0
    assert standin.requests.count(LOGIN, status=200) == 2


async def test_fresh_tokens_that_are_refused_are_not_replaced_for_ever(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.faults.add(Answered.error(401, "Invalid token"), "/api/query/*")
    for _ in range(5):
        with pytest.raises(SourceError, match="Invalid token") as caught:
            await infrahub.list(selection)
        assert caught.value.reason == Reason.UNAUTHORIZED
    assert standin.requests.count(LOGIN) == 2
    assert standin.requests.count(QUERY) == 2


async def test_a_server_whose_tokens_end_at_once_is_given_up(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.faults.add(Answered.error(401, "Expired Signature"), "/api/query/*")
    with pytest.raises(SourceError, match="Expired Signature") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.UNAUTHORIZED
    assert standin.requests.count(QUERY) <= 3


@pytest.mark.parametrize(
    ("username", "said"), [("admin", "Incorrect password"), ("nobody", "login user doesn't exist")]
)
async def test_a_refused_log_in_is_remembered(
    standin: StandIn, limits: InfrahubLimits, selection: Selection, username: str, said: str
) -> None:
    client = Infrahub(standin.url, Credential(username, "wrong-password"), limits)
    answers = await asyncio.gather(*(client.list(selection) for _ in range(20)), return_exceptions=True)
    answers += await asyncio.gather(*(client.list(selection) for _ in range(20)), return_exceptions=True)
    await client.close()
    assert standin.requests.count() == standin.requests.count(LOGIN) == 1
    for answer in answers:
        assert isinstance(answer, SourceError)
        assert answer.reason == Reason.UNAUTHORIZED
        assert said in str(answer)


async def test_a_refused_log_in_is_tried_again_later(
    standin: StandIn, limits: InfrahubLimits, selection: Selection
) -> None:
    client = Infrahub(standin.url, Credential("late", "s3cret-word"), replace(limits, refusal_memory=0.05))
    with pytest.raises(SourceError):
        await client.list(selection)
    standin.accounts.users["late"] = "s3cret-word"
    await asyncio.sleep(0.06)
    assert (await client.list(selection)).units == ()
    await client.close()


async def test_an_infrahub_that_is_down_fails_all_who_wait_at_once(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.faults.add(Answered(503), LOGIN)
    answers = await asyncio.gather(*(infrahub.list(selection) for _ in range(50)), return_exceptions=True)
    assert {answer.reason for answer in answers if isinstance(answer, SourceError)} == {Reason.INFRAHUB_ERROR}
    assert standin.requests.count(LOGIN) == 3
    standin.faults.clear()
    await infrahub.list(selection)


async def test_a_log_in_without_tokens_is_no_infrahub(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.faults.add(Answered(200, '{"ok":true}', "application/json"), LOGIN)
    with pytest.raises(SourceError, match="`access_token`") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.NOT_INFRAHUB


async def test_reading_without_rights_is_said_to_be_so(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.faults.add(Answered.error(403, "You do not have the following permission: x"), "/api/query/*")
    with pytest.raises(SourceError, match="give the account the permission") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.UNAUTHORIZED
    assert standin.requests.count(LOGIN) == 1


@pytest.mark.parametrize(
    "credential", [Credential(), Credential("admin"), Credential(password="x"), Credential(token="a\nb")]
)
def test_what_cannot_be_a_credential_is_refused_before_anything_is_sent(credential: Credential) -> None:
    with pytest.raises(SourceError, match="http://infrahub:8000") as caught:
        Infrahub("http://infrahub:8000", credential)
    assert caught.value.reason == Reason.CREDENTIALS_INVALID
