"""A Git server's call is believed when one of the keys signed it; nothing of it is read before."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import itertools
import json
import time
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from testkit.eventually import eventually
from testkit.webhook_client import Ear
from vidra.api.meta import Meta
from vidra.api.names import SOURCE_LABEL
from vidra.api.sources import GitSource, SourceSpec
from vidra.api.sync import VidraSync, VidraSyncSpec
from vidra.controllers.sync.webhooks.push import PushEvent, pushed_to
from vidra.kube.types import Secret
from vidra.web.webhooks.git_caller import CAP, GitCaller

KEY = "of-a-test"
URL = "https://git.example.com/team/repo.git"
GITHUB = {"ref": "refs/heads/main", "repository": {"clone_url": URL, "ssh_url": "git@git.example.com:team/repo.git"}}
GITLAB = {"ref": "refs/heads/main", "project": {"git_http_url": URL, "git_ssh_url": None}}

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def key(ear: Ear) -> None:
    ear.keep("git", key=KEY)


def hmac_of(body: bytes, key: str = KEY) -> str:
    return hmac.digest(key.encode(), body, hashlib.sha256).hex()


def github(body: bytes, key: str = KEY, event: str = "push") -> dict[str, str]:
    signature = f"sha256={hmac_of(body, key)}"
    return {"X-GitHub-Event": event, "X-GitHub-Delivery": str(next(_numbers)), "X-Hub-Signature-256": signature}


def gitea(body: bytes, key: str = KEY) -> dict[str, str]:
    signed = {"X-Gitea-Event": "push", "X-Gitea-Delivery": str(next(_numbers)), "X-Gitea-Signature": hmac_of(body, key)}
    return signed | github(body, "another")


def gitlab(_body: bytes, key: str = KEY) -> dict[str, str]:
    """With the plain token."""
    return {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Event-UUID": str(next(_numbers)), "X-Gitlab-Token": key}


def gitlab_signed(body: bytes, key: str = KEY) -> dict[str, str]:
    """As the Standard Webhooks say."""
    id_, now = str(next(_numbers)), str(int(time.time()))
    digest = hmac.digest(key.encode(), f"{id_}.{now}.".encode() + body, hashlib.sha256)
    return {
        "X-Gitlab-Event": "Push Hook",
        "X-Gitlab-Event-UUID": id_,
        "webhook-id": id_,
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


async def call(ear: Ear, headers: dict[str, str], body: bytes) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{ear.port}{GitCaller.path}", data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status


@pytest.mark.parametrize(
    ("signed", "pushed"),
    [(github, GITHUB), (gitea, GITHUB), (gitlab, GITLAB), (gitlab_signed, GITLAB)],
    ids=["GitHub", "Gitea", "GitLab with a token", "GitLab signed"],
)
class TestEveryServer:
    async def test_a_push_is_heard(self, ear: Ear, signed: Any, pushed: dict[str, Any]) -> None:
        body = json.dumps(pushed).encode()
        assert await call(ear, signed(body), body) == 202
        [event] = ear.heard
        assert isinstance(event, PushEvent)
        assert (event.ref, URL in event.urls) == ("refs/heads/main", True)

    async def test_another_key_is_none(self, ear: Ear, signed: Any, pushed: dict[str, Any]) -> None:
        body = json.dumps(pushed).encode()
        assert await call(ear, signed(body, "another"), body) == 401
        assert ear.heard == []
        assert ear.counts() == {"forged": 1}

    async def test_a_call_that_comes_again_is_not_heard_again(
        self, ear: Ear, signed: Any, pushed: dict[str, Any]
    ) -> None:
        body = json.dumps(pushed).encode()
        headers = signed(body)
        assert [await call(ear, headers, body) for _ in range(2)] == [202, 202]
        assert ear.counts() == {"accepted": 1, "duplicate": 1}


async def test_a_key_as_the_standard_writes_it_is_decoded(ear: Ear) -> None:
    ear.keep("git", key=f"whsec_{base64.b64encode(KEY.encode()).decode()}")
    body = json.dumps(GITLAB).encode()
    assert await call(ear, gitlab_signed(body), body) == 202


async def test_what_is_not_signed_is_not_read(ear: Ear) -> None:
    body = json.dumps(GITHUB).encode()
    headers = github(body)
    del headers["X-Hub-Signature-256"]
    assert await call(ear, headers, body) == 400
    assert await call(ear, {"X-GitHub-Event": "push"}, body) == 400
    assert await call(ear, {}, body) == 400
    assert await call(ear, github(body), b"not JSON") == 401
    assert ear.heard == []


@pytest.mark.parametrize(
    ("event", "body", "status", "result"),
    [
        ("ping", b"{}", 202, "ignored"),
        ("push", b"payload=%7B%7D", 400, "malformed"),
        ("push", b"{}", 400, "malformed"),
        ("push", b"[" * 100_000, 400, "malformed"),
    ],
)
async def test_a_signed_call_that_is_no_push(ear: Ear, event: str, body: bytes, status: int, result: str) -> None:
    assert await call(ear, github(body, event=event), body) == status
    assert ear.counts() == {result: 1}
    assert ear.heard == []


async def test_a_body_over_the_cap_is_not_read(ear: Ear) -> None:
    body = b"x" * (CAP + 1)
    with suppress(aiohttp.ClientError):  # the answer comes before all of it is sent
        await call(ear, github(body), body)
    await eventually(lambda: ear.counts() == {"too_large": 1})


async def test_a_key_of_an_infrahub_is_no_key_of_a_repository(ear: Ear) -> None:
    ear.keep("git", infrahub="https://infrahub.example.com", key=KEY)
    body = json.dumps(GITHUB).encode()
    assert await call(ear, github(body), body) == 401


async def test_a_key_of_some_repositories_tells_of_no_other(ear: Ear) -> None:
    below = "https://git.example.com/team"
    meta = Meta(name="git", uid="git", resource_version="99", annotations={SOURCE_LABEL: below})
    ear.secrets.changed(Secret(meta, {"key": base64.b64encode(KEY.encode()).decode()}))
    body = json.dumps(GITHUB).encode()
    assert await call(ear, github(body), body) == 202
    [event] = ear.heard
    assert isinstance(event, PushEvent)
    assert event.below == (below,)


def sync(url: str = URL, *, suspend: bool = False, **revision: str) -> VidraSync:
    source = SourceSpec(git=GitSource(url, **revision))  # type: ignore[arg-type]
    return VidraSync(Meta(name="fleet"), VidraSyncSpec(source=source, suspend=suspend))


MAIN, TAG = "refs/heads/main", "refs/tags/v1"


@pytest.mark.parametrize(
    ("item", "ref", "expected"),
    [
        (sync(branch="main"), MAIN, True),
        (sync(branch="main"), "refs/heads/other", False),
        (sync("ssh://git@git.example.com/team/repo", branch="main"), MAIN, True),
        (sync("https://git.example.com/team/other.git", branch="main"), MAIN, False),
        (sync("https://other.example.com/team/repo.git", branch="main"), MAIN, False),
        (sync(tag="v1"), TAG, True),
        (sync(tag="v1"), "v1", True),
        (sync(tag="v2"), TAG, False),
        (sync(semver="~1.4"), TAG, True),
        (sync(semver="~1.4"), MAIN, False),
        (sync(commit="a" * 40), MAIN, False),
        (sync(ref="refs/pull/1/head"), "refs/pull/1/head", True),
        (sync(), MAIN, True),
        (sync(), TAG, False),
        (sync(branch="main", suspend=True), MAIN, False),
    ],
)
def test_a_push_concerns_who_reads_what_it_moved(item: VidraSync, ref: str, expected: bool) -> None:
    assert bool(pushed_to(PushEvent(frozenset({URL}), ref), [item])) is expected


@pytest.mark.parametrize(
    ("below", "expected"),
    [("https://git.example.com/team", True), (URL, True), ("https://git.example.com/te", False), ("nonsense", False)],
)
def test_a_sender_tells_only_of_what_its_key_is_for(below: str, expected: bool) -> None:
    assert bool(pushed_to(PushEvent(frozenset({URL}), MAIN, (below,)), [sync()])) is expected
