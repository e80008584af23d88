"""No password and no token in any message, repr, log or chained exception."""

from __future__ import annotations

import base64
import html
import io
import json
import logging
import traceback
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from rich.console import Console
from rich.pretty import Pretty
from yarl import URL

from testkit.infrahub import Answered, Dropped, Fault, StandIn, Truncated
from vidra.sources.infrahub import Credential, Infrahub, InfrahubLimits, Selection
from vidra.sources.infrahub.auth import Tokens
from vidra.sources.protocol import SourceError
from vidra.sources.transport.messages import Answer, Request

PASSWORD = "hunter2-hunter2"
TOKEN = "06438eb2-8019-4776-878c-0941b1f1d1ec"


@pytest.mark.parametrize("credential", [Credential("admin", PASSWORD), Credential(token=TOKEN)])
def test_a_credential_shows_no_secret(credential: Credential) -> None:
    console = Console(file=io.StringIO())
    console.print(Pretty(credential))
    assert isinstance(console.file, io.StringIO)
    for text in (repr(credential), str(credential), f"{credential!r}", console.file.getvalue()):
        assert PASSWORD not in text
        assert TOKEN not in text


def test_what_is_sent_and_answered_shows_no_secret() -> None:
    client = Infrahub("http://h", Credential("admin", PASSWORD))
    request = Request("POST", URL("http://h/"), cap=1, body=PASSWORD.encode()).signed("Authorization", TOKEN, TOKEN)
    shown = repr([request, Answer(200, "x", TOKEN.encode()), Tokens(TOKEN, TOKEN, now=0, by_login=True), client])
    assert TOKEN not in shown
    assert PASSWORD not in shown


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/query/*"])
@pytest.mark.parametrize(
    "fault",
    [
        Dropped(),
        Truncated(),
        Answered(500, f"echo {PASSWORD} {TOKEN}"),
        Answered.error(400, f"echo {PASSWORD} {TOKEN}"),
        Answered.error(401, f"echo {PASSWORD} {TOKEN}"),
        Answered.error(422, f"echo {PASSWORD} {TOKEN}"),
        Answered.redirect(f"http://x:{PASSWORD}@h/?{TOKEN}"),
        Answered.html(),
    ],
)
async def test_no_failure_tells_a_secret(
    limits: InfrahubLimits, selection: Selection, caplog: pytest.LogCaptureFixture, fault: Fault, path: str
) -> None:
    caplog.set_level(logging.DEBUG)
    async with StandIn(password=PASSWORD) as standin:
        standin.accounts.keys = {TOKEN}
        standin.faults.add(fault, path)
        for credential in (Credential("admin", PASSWORD), Credential(token=TOKEN)):
            # An echo of the other credential is none of this one's secrets.
            secret = credential.token or credential.password
            client = Infrahub(standin.url, credential, limits)
            try:
                await client.list(selection)
            except SourceError as error:
                told = "".join(traceback.format_exception(error)) + chain(error)
                if path.startswith("/api/auth") or credential.token:
                    assert secret not in told
            await client.close()
    assert TOKEN not in caplog.text
    assert PASSWORD not in caplog.text


AWKWARD = 'Pa"ss\\w<rd> 7é\U0001f600&'
ECHOES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": json.dumps,
    "JSON with letters": lambda secret: json.dumps({"password": secret}, ensure_ascii=False),
    "JSON in JSON": lambda secret: json.dumps(json.dumps([secret])),
    "Python": repr,
    "a URL": quote,
    "a form": quote_plus,
    "HTML": html.escape,
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "small letters": str.lower,
    "where messages are cut": lambda secret: "x" * 290 + secret,
}


@pytest.mark.parametrize("echo", ECHOES)
async def test_a_secret_is_not_told_in_other_forms_either(
    limits: InfrahubLimits, selection: Selection, echo: str
) -> None:
    """What is characteristic of it: `w<rd>`, and its start."""
    said = ECHOES[echo](AWKWARD)
    traces = [ECHOES[echo](part) for part in ("Pa", "w<rd>")] if echo != "base64" else [said[:8]]
    async with StandIn(password=AWKWARD) as standin:
        standin.faults.add(Answered.error(400, f"I do not like {said}"), "/api/auth/login")
        client = Infrahub(standin.url, Credential("admin", AWKWARD), limits)
        with pytest.raises(SourceError) as caught:
            await client.list(selection)
        await client.close()
    assert "I do not like" in str(caught.value)
    assert [trace for trace in traces if trace.strip("\"'[]{}") in str(caught.value)] == []


async def test_a_secret_is_not_told_by_a_success_either(limits: InfrahubLimits, selection: Selection) -> None:
    """GraphQL reports its errors with the status 200, beside the list or instead of it."""
    errors = [{"message": f"no {TOKEN} here"}]
    async with StandIn() as standin:
        standin.accounts.keys = {TOKEN}
        client = Infrahub(standin.url, Credential(token=TOKEN), limits)
        standin.answer_queries_with({"data": {"CoreArtifact": {"edges": []}}, "errors": errors})
        assert (await client.list(selection)).missing == "Infrahub reports beside the list: no *** here"
        standin.answer_queries_with({"data": {"other": None}, "errors": errors})
        with pytest.raises(SourceError, match=r"no \*\*\* here"):
            await client.list(selection)
        await client.close()


async def test_access_tokens_are_not_told_either(limits: InfrahubLimits, selection: Selection) -> None:
    async with StandIn() as standin:
        client = Infrahub(standin.url, Credential(standin.username, standin.password), limits)
        standin.faults.add(Answered(500), "/api/query/*")
        with pytest.raises(SourceError) as caught:
            await client.list(selection)
        await client.close()
    assert "eyJ" not in "".join(traceback.format_exception(caught.value)) + chain(caught.value)


def chain(error: BaseException | None) -> str:
    """Everything that an exception drags along, shown or not."""
    found = ""
    while error is not None:
        found += repr(error) + repr(vars(error))
        error = error.__cause__ or error.__context__
    return found
