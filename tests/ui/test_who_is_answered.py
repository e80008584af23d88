"""The page of `vidra ui` answers the browser of whoever started it, and no other site, name or user."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from testkit.page import Browser
from vidra.kube.connection import Connection
from vidra.ui.headers import CONTENT_SECURITY_POLICY
from vidra.ui.one_time_codes import CODE_SECONDS, OneTimeCodes
from vidra.ui.page import PageError
from vidra.ui.serve import local_page

READS = ("me", "stream?tables=syncs", "detail/sync/web", "events", "held/sync/web", "live/web", "object", "trace")
Open = Callable[..., Any]


async def test_it_listens_on_this_machine_alone(opened: Open) -> None:  # S16
    page = await opened()
    port = int(page.origin.rpartition(":")[2])
    assert page.origin == f"http://127.0.0.1:{port}"
    others = {str(item[4][0]) for item in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for other in others - {"127.0.0.1"}:
        with pytest.raises(OSError, match=r"refused|unreachable"):
            await asyncio.open_connection(other, port)


@pytest.mark.parametrize("path", ["", "api/about", "assets/index-abc.js", "api/me"])
async def test_a_name_that_was_made_to_lead_here_gets_nothing(opened: Open, path: str) -> None:  # S17
    page = await opened()
    port = page.origin.rpartition(":")[2]
    for host in (
        "evil.example.com",
        f"evil.example.com:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"127.0.0.1.nip.io:{port}",
    ):
        answer = await page.get(path, headers={"Host": host})
        assert answer.status == 421, host
    for host in (f"localhost:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        assert (await page.get("api/about", headers={"Host": host})).status == 200


@pytest.mark.parametrize("path", READS)
async def test_without_a_session_there_is_no_data(opened: Open, path: str) -> None:  # S8, S18
    page = await opened()
    for proof in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {page.secret}"}):
        answer = await page.send("GET", f"api/{path}", headers=proof)
        assert answer.status == 401
        assert "not logged in" in answer.error
    beside = await page.send("GET", f"api/me?session={page.secret}", headers={"Cookie": f"session={page.secret}"})
    assert beside.status == 401


async def test_a_code_works_once_and_its_second_use_ends_what_it_opened(opened: Open) -> None:  # S18
    used: list[bool] = []
    codes = OneTimeCodes(on_reuse=lambda: used.append(True))
    page = await opened(codes=codes)
    code = codes.new()
    second, thief = (Browser(page.session, page.origin) for _ in range(2))
    assert (await thief.log_in("nonsense")).status == 401
    assert (await second.log_in(code)).status == 200
    assert (await second.get("api/me")).status == 200
    assert (await thief.log_in(code)).status == 401
    assert used
    assert (await second.get("api/me")).status == 401
    assert (await page.get("api/me")).status == 200


def test_a_code_is_for_one_page_and_a_while() -> None:  # S18
    now, reused = [0.0], []
    codes = OneTimeCodes(clock=lambda: now[0], on_reuse=lambda: reused.append(True))
    code, late = codes.new(), codes.new()
    assert len(code) >= 43  # 256 bits
    session = codes.session(code)
    assert session is not None
    assert codes.valid(session)
    assert not codes.valid(code)
    assert codes.session(code) is None
    assert reused
    assert not codes.valid(session)
    now[0] += CODE_SECONDS + 1
    assert codes.session(late) is None


async def test_no_cookie_is_set_and_no_other_site_may_read(opened: Open) -> None:  # S13, S14
    page = await opened()
    for path in ("", "api/about", "api/me", "api/nothing"):
        headers = (await page.get(path, headers={"Origin": "https://evil.example.com"})).headers
        assert not {"Set-Cookie", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"} & headers.keys()
    preflight = await page.send("OPTIONS", "api/diff", headers={"Origin": "https://evil.example.com"})
    assert preflight.status in {403, 405, 415}
    assert "Access-Control-Allow-Origin" not in preflight.headers


@pytest.mark.parametrize("path", ["", "syncs/web", "assets/index-abc.js", "api/me", "api/nothing", "assets/none.js"])
async def test_every_answer_says_that_nothing_foreign_may_run(opened: Open, path: str) -> None:  # S11
    page = await opened()
    headers = (await page.get(path)).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    kept = {"assets/index-abc.js": "public, max-age=31536000, immutable", "": "no-cache", "syncs/web": "no-cache"}
    assert headers["Cache-Control"] == kept.get(path, "no-store")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"X-Vidra-Request": None}, 403),
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
    ],
)
async def test_another_site_cannot_write(opened: Open, headers: dict[str, str | None], status: int) -> None:  # S13
    page = await opened()
    for path in ("api/act/reconcile", "api/diff", "api/login"):
        answer = await page.post(path, {"name": "isync/web", "uid": "1"}, headers)
        assert answer.status == status, path


async def test_nothing_writes_by_a_read(opened: Open) -> None:  # S13
    page = await opened()
    for path in ("api/act/suspend", "api/diff", "api/login"):
        answer = await page.get(f"{path}?_method=POST", headers={"X-HTTP-Method-Override": "POST"})
        assert answer.status == 404


async def test_large_requests_are_refused(opened: Open) -> None:  # S15
    page = await opened()
    assert (await page.post("api/diff", {"name": "isync/" + "a" * 70_000})).status == 413
    assert (await page.get("api/events", about="a" * 254)).status == 400
    assert (await page.get("api/stream", tables="secrets")).status == 400


async def test_a_read_only_page_has_no_way_to_write(opened: Open) -> None:  # S20
    page = await opened(read_only=True)
    assert (await page.get("api/about")).json["readOnly"] is True
    for action in ("reconcile", "suspend", "resume", "approve"):
        answer = await page.post(f"api/act/{action}", {"name": "isync/web", "uid": "1"})
        assert answer.status in {404, 405}


@pytest.mark.parametrize("name", ["..", "a%2F..%2F..%2Fapi%2Fv1%2Fsecrets", "web?watch=1", "Web", "a b", "-"])
async def test_a_name_is_never_a_way_to_another_address(opened: Open, name: str) -> None:  # S4
    page = await opened()
    assert (await page.get(f"api/detail/sync/{name.replace('?', '%3F')}")).status == 404
    if "%" not in name:
        assert (await page.post("api/diff", {"name": f"isync/{name}"})).status in {400, 404}


async def test_there_is_no_way_to_secrets_or_to_an_api_server(opened: Open) -> None:  # S4
    page = await opened()
    for path in ("api/secrets", "api/v1/secrets", "apis/apps/v1/deployments", "api/proxy/api/v1/secrets", "kubeconfig"):
        answer = await page.get(path)
        assert "<!doctype html>" in answer.text or answer.status == 404
    refused = await page.post("api/diff", {"name": "isync/web", "file": "kind: Secret"})
    assert refused.status == 400


async def test_the_page_is_found_below_any_path(opened: Open) -> None:
    page = await opened()
    assert 'src="./assets/' in (await page.get("")).text
    assert 'src="./assets/' in (await page.get("syncs")).text
    assert 'src="../assets/' in (await page.get("syncs/web")).text
    assert 'src="../../assets/' in (await page.get("syncs/web/objects")).text


async def test_without_a_built_page_there_is_a_sentence(tmp_path: Any) -> None:
    with pytest.raises(PageError, match="make page"):
        async with local_page(Connection(server="https://127.0.0.1:1"), ("vidra-system",), folder=tmp_path / "none"):
            pass
