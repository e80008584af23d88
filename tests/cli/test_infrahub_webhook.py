"""`vidra infrahub webhook apply` has an Infrahub call Vidra, and makes sure that it is heard."""

import base64
from collections.abc import AsyncIterator

import pytest

from testkit.command import Ended, Vidra, vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import Json, Scene, connection_to
from testkit.infrahub import RELEASES, V1_4, V1_11, Answered, Release, StandIn
from testkit.operating import Operating
from vidra.api.names import INFRAHUB_LABEL, WEBHOOK_KEY_LABEL
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.web.webhooks import receiving
from vidra.web.webhooks.receiver import PATH

SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
OWN = "vidra-system"


class Story:
    """An Infrahub, an operator that receives, and the command."""

    def __init__(self, scene: Scene, vidra: Vidra, url: str) -> None:
        self.scene = scene
        self.infrahub = scene.infrahub
        self.url = url
        self._vidra = vidra

    async def apply(self, *more: str, url: str = "") -> Ended:
        """Run it."""
        return await self._vidra("infrahub", "webhook", "apply", self.infrahub.url, "--url", url or self.url, *more)

    async def secret(self, name: str = "vidra-webhook") -> Json:
        """The Secret with the key, its values decoded."""
        found = await self.scene.get(SECRETS, name, namespace=OWN)
        assert found is not None
        return {**found, "data": {key: base64.b64decode(value).decode() for key, value in found["data"].items()}}


@pytest.fixture
def release() -> Release:
    return V1_4


@pytest.fixture
async def story(own_plane: ControlPlane, release: Release) -> AsyncIterator[Story]:
    """Nothing is set up; Vidra has credentials for the Infrahub."""
    client = Client(connection_to(own_plane))
    work = Operating(own_plane, webhooks=True)
    async with work, receiving("127.0.0.1:0", work.operator) as port, StandIn(release=release) as infrahub:
        scene = Scene(own_plane, client, infrahub, "default")
        credentials = await scene.credentials()
        yield Story(scene, vidra_with(own_plane.kubeconfig), f"http://127.0.0.1:{port}{PATH}")
        await scene.delete(SECRETS, credentials["metadata"]["name"], namespace=OWN)
    await client.send("DELETE", SECRETS.path(OWN), query={"labelSelector": WEBHOOK_KEY_LABEL})
    await client.close()


@pytest.mark.parametrize("release", RELEASES, ids=str)
async def test_a_first_time_makes_a_key_and_three_webhooks_and_sees_that_calls_are_heard(story: Story) -> None:
    ended = await story.apply()
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "secret/vidra-webhook in vidra-system: a new key",
        f"{story.infrahub.url}: webhook vidra-artifact-created created",
        f"{story.infrahub.url}: webhook vidra-artifact-updated created",
        f"{story.infrahub.url}: webhook vidra-artifact-deleted created",
        f"{story.url}: accepted (signature verified)",
    ]
    key = (await story.secret())["data"]["key"]
    assert len(key) >= 43
    there = sorted(story.infrahub.webhooks.all.values(), key=lambda webhook: webhook.name)
    assert [(webhook.event_type, webhook.node_kind) for webhook in there] == [
        ("infrahub.artifact.created", None),
        ("infrahub.node.deleted", "CoreArtifact"),
        ("infrahub.artifact.updated", None),
    ]
    assert {(webhook.url, webhook.shared_key, webhook.branch_scope) for webhook in there} == {
        (story.url, key, "all_branches")
    }
    assert key not in ended.out + ended.err


async def test_a_second_time_changes_nothing_and_a_changed_wish_only_that(story: Story) -> None:
    await story.apply()
    before = await story.secret()
    ended = await story.apply()
    assert ended.code == 0, ended.err
    assert ended.out.count("unchanged") == 3
    assert (await story.secret())["data"] == before["data"]
    ended = await story.apply("--branches", "default", "--insecure-skip-tls-verify")
    assert ended.out.count("changed") == 3
    assert {webhook.branch_scope for webhook in story.infrahub.webhooks.all.values()} == {"default_branch"}
    assert {webhook.validate_certificates for webhook in story.infrahub.webhooks.all.values()} == {False}


@pytest.mark.parametrize("release", [V1_11], ids=str)
async def test_a_webhook_that_was_switched_off_is_switched_on(story: Story) -> None:
    await story.apply()
    webhook = next(item for item in story.infrahub.webhooks.all.values() if item.name == "vidra-artifact-updated")
    webhook.active = False
    ended = await story.apply()
    assert f"{story.infrahub.url}: webhook vidra-artifact-updated changed" in ended.out
    assert ended.out.count("unchanged") == 2
    assert webhook.active


async def test_a_key_rotates_and_the_one_before_stays_good(story: Story) -> None:
    await story.apply()
    first = (await story.secret())["data"]["key"]
    ended = await story.apply("--rotate")
    assert ended.code == 0, ended.err
    data = (await story.secret())["data"]
    assert data["previous"] == first
    assert data["key"] != first
    assert {webhook.shared_key for webhook in story.infrahub.webhooks.all.values()} == {data["key"]}
    await story.apply("--rotate")
    assert first not in (await story.secret())["data"].values()


async def test_a_key_that_a_person_made_is_taken(story: Story) -> None:
    metadata = {"name": "vidra-webhook", "namespace": OWN}
    await story.scene.apply(
        {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"mine": "by-hand\n"}}
    )
    ended = await story.apply()
    assert ended.code == 0, ended.err
    assert {webhook.shared_key for webhook in story.infrahub.webhooks.all.values()} == {"by-hand"}
    assert (await story.secret())["metadata"]["labels"] == {WEBHOOK_KEY_LABEL: "true"}


async def test_a_key_may_stand_for_one_infrahub(story: Story) -> None:
    ended = await story.apply("--bind", "--secret", "bound")
    assert ended.code == 0, ended.err
    assert (await story.secret("bound"))["metadata"]["annotations"] == {INFRAHUB_LABEL: story.infrahub.url}


async def test_an_account_of_ones_own_may_do_it(story: Story) -> None:
    ended = await story.apply("--token-file", "/nonexistent")
    assert (ended.code, ended.err) == (1, "error: cannot read /nonexistent: No such file or directory\n")
    ended = await story.apply("--token", story.infrahub.token)
    assert ended.code == 0, ended.err
    assert story.infrahub.requests.count("/api/auth/login") == 0


async def test_what_is_no_address_of_vidra_is_refused_before_anything_is_done(story: Story) -> None:
    ended = await story.apply(url="https://vidra.example.com")
    assert ended.code == 2
    assert ended.err == f"error: --url is where Infrahub reaches Vidra: https://HOST{PATH}\n"
    assert not story.infrahub.webhooks.all


@pytest.mark.occasional
async def test_an_address_that_only_infrahub_reaches_is_said(story: Story) -> None:
    ended = await story.apply(url=f"http://127.0.0.1:1{PATH}")
    assert ended.code == 0
    assert "cannot be reached from here" in ended.err
    assert len(story.infrahub.webhooks.all) == 3


async def test_an_address_of_somebody_else_is_an_error(story: Story) -> None:
    ended = await story.apply(url=f"{story.infrahub.url}{PATH}")
    assert ended.code == 1
    assert "it is not where Vidra receives webhooks" in ended.err


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Answered.error(403, "You do not have one of the following permissions"), "forbids this to the account"),
        (Answered.html(), "is not the address of an Infrahub"),
        (Answered(200, '{"data": {}}', "application/json"), "does not list its webhooks"),
    ],
)
async def test_an_infrahub_that_refuses_is_one_sentence(story: Story, fault: Answered, says: str) -> None:
    story.infrahub.faults.add(fault, path="/graphql")
    ended = await story.apply()
    assert ended.code == 1
    assert says in ended.err
    assert ended.err.count("\n") == 1
    assert (await story.secret())["data"]["key"] not in ended.err
