"""Which Secret opens an Infrahub, and what is said when none does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from testkit.environment import OWN, SECRETS, Json, Scene, condition, has_reason
from testkit.somebody import EDITOR, somebody
from testkit.trigger import ask, said
from vidra.api.names import INFRAHUB_LABEL

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {name: colour}
data: {colour: red}
"""
LOG_IN, QUERY, ARTIFACT = "/api/auth/login", "/api/query/", "/api/artifact/"

GiveSecret = Callable[..., Awaitable[None]]


@pytest.fixture
async def give(scene: Scene) -> AsyncIterator[GiveSecret]:
    """Create or change a Secret for the scene's Infrahub under this name, or for the address in the annotation."""
    names = set()

    async def secret(name: str, *, annotation: str | None = None, **data: str) -> None:
        names.add(name)
        address = localhost(scene) if annotation is None else annotation
        await scene.secret(name, {INFRAHUB_LABEL: "localhost"}, {INFRAHUB_LABEL: address}, **data)

    yield secret
    for name in names:
        await scene.delete(SECRETS, name, namespace=OWN)


async def sync_colours(scene: Scene, interval: str = "1m") -> str:
    """A sync of an Infrahub for which the scene has no Secret yet."""
    return await scene.sync("Colours", source={"infrahubAPIURL": localhost(scene)}, interval=interval)


def localhost(scene: Scene) -> str:
    return scene.infrahub.url.replace("127.0.0.1", "localhost")


def assert_told(sync: Json, reason: str, *says: str) -> None:
    ready, status = condition(sync), sync["status"]
    assert (ready["status"], ready["reason"]) == ("False", reason)
    assert all(text in ready["message"] for text in says), ready["message"]
    assert (status["syncState"], status["lastError"]) == ("Failed", ready["message"])


@pytest.mark.usefixtures("only_events")
async def test_a_sync_without_credentials_says_so_and_goes_on_when_the_secret_comes(
    scene: Scene, give: GiveSecret
) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    name = await sync_colours(scene, interval="1h")
    sync = await scene.until_sync(name, has_reason("CredentialsMissing"))
    assert_told(sync, "CredentialsMissing", "vidra credentials apply http://localhost:", "--username NAME")
    await scene.until_event(name, "CredentialsMissing")
    await give("login", username="admin", password=scene.infrahub.password)
    await scene.until_sync(name)
    assert len(await said(scene, name, "CredentialsMissing")) == 1


async def test_an_api_token_opens_infrahub_without_a_log_in(scene: Scene, give: GiveSecret) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    await give("token", token=f"{scene.infrahub.token}\n")
    await scene.until_sync(await sync_colours(scene))
    assert scene.infrahub.requests.count(LOG_IN) == 0
    assert {entry.auth for entry in scene.infrahub.requests} == {"key"}


@pytest.mark.usefixtures("only_events")
async def test_a_corrected_secret_takes_effect_at_once(scene: Scene, give: GiveSecret) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    await give("login", username="admin", password="battery-staple")
    name = await sync_colours(scene, interval="1h")
    sync = await scene.until_sync(name, has_reason("Unauthorized"))
    assert_told(sync, "Unauthorized", "refuses the log-in of 'admin'", "Incorrect password", "correct the Secret")
    assert "battery-staple" not in str(sync)
    await give("login", username="admin", password=scene.infrahub.password)
    await scene.until_sync(name)


@pytest.mark.usefixtures("only_events")
async def test_a_secret_that_changes_during_a_pass_is_not_overlooked(scene: Scene, give: GiveSecret) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    scene.infrahub.log_in_takes(0.2)
    await give("login", username="admin", password=scene.infrahub.password)
    name = await sync_colours(scene, interval="1h")
    await scene.infrahub.requests.until(1, LOG_IN)
    await give("login", username="admin", password="battery-staple")
    await scene.until_sync(name, has_reason("Unauthorized"))


async def test_a_wrong_password_is_not_tried_again_at_every_pass(scene: Scene, give: GiveSecret) -> None:
    await give("login", username="admin", password="battery-staple")
    name = await sync_colours(scene, interval="1s")
    await scene.until_sync(name, has_reason("Unauthorized"))
    for _ in range(3):
        assert_told(await ask(scene, name), "Unauthorized", "correct the Secret")
    assert scene.infrahub.requests.count(LOG_IN) == 1
    await scene.sync("Colours", name=name, source={"infrahubAPIURL": localhost(scene)}, suspend=True)
    await scene.until_event(name, "Suspended")
    assert len(await said(scene, name, "Unauthorized")) == 1


async def test_a_changed_password_is_used_without_disturbing_what_is_applied(scene: Scene, give: GiveSecret) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    await give("login", username="admin", password=scene.infrahub.password)
    name = await sync_colours(scene, interval="1h")
    await scene.until_sync(name)
    scene.infrahub.accounts.users["vidra"] = "new-horse"
    await give("login", username="vidra", password="new-horse")
    await scene.infrahub.requests.until(2, LOG_IN)
    await scene.until_sync(name)
    assert scene.infrahub.requests.count(ARTIFACT) == 1


async def test_of_several_secrets_the_newest_is_used_and_a_warning_names_them(scene: Scene, give: GiveSecret) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    await give("old", username="admin", password="battery-staple")
    await asyncio.sleep(1)  # creation times are whole seconds
    await give("new", username="admin", password=scene.infrahub.password)
    name = await sync_colours(scene)
    await scene.until_sync(name)
    event = await scene.until_event(name, "CredentialsAmbiguous")
    assert event["type"] == "Warning"
    assert f"using the Secret {OWN}/new;" in event["message"]
    assert f"{OWN}/old" in event["message"]
    await ask(scene, name)
    await ask(scene, name)
    assert len(await said(scene, name, "CredentialsAmbiguous")) == 1


async def test_the_annotation_with_the_whole_url_wins_over_the_label(scene: Scene, give: GiveSecret) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    await give("exact", annotation=f"{localhost(scene)}/", username="admin", password=scene.infrahub.password)
    await give("by-host", annotation="", username="admin", password="battery-staple")
    await give("other-port", annotation="http://localhost:1", username="admin", password="battery-staple")
    name = await sync_colours(scene)
    await scene.until_sync(name)
    assert await said(scene, name, "CredentialsAmbiguous") == []


@pytest.mark.parametrize("annotation", ["", "http://localhost"])
async def test_a_password_is_not_sent_to_another_port_or_without_tls_before_the_secret_says_so(
    scene: Scene, give: GiveSecret, annotation: str
) -> None:
    """As somebody who may edit syncs would have it sent to a port of their own on the same host."""
    scene.infrahub.add_artifact("Colours", CONFIG)
    await give("login", annotation=annotation, username="admin", password=scene.infrahub.password)
    async with somebody(scene, everywhere=EDITOR) as editor:
        name = await editor.sync("Colours", source={"infrahubAPIURL": localhost(scene)}, interval="1h")
    sync = await scene.until_sync(name, has_reason("CredentialsMissing"))
    if not annotation:
        told = f"kubectl -n {OWN} annotate secret login {INFRAHUB_LABEL}={localhost(scene)}"
        assert condition(sync)["message"].endswith(told)
    assert scene.infrahub.requests.count() == 0
    await give("login", annotation=localhost(scene), username="admin", password=scene.infrahub.password)
    await scene.until_sync(name)


async def test_an_unusable_secret_stops_nobody_and_is_named(scene: Scene, give: GiveSecret) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    await give("old", username="admin", password=scene.infrahub.password)
    await asyncio.sleep(1)  # creation times are whole seconds
    await give("new", username="", password="")
    name = await sync_colours(scene)
    await scene.until_sync(name)
    event = await scene.until_event(name, "CredentialsInvalid")
    assert event["type"] == "Warning"
    assert f"{OWN}/new needs username and password" in event["message"]
    assert f"using the Secret {OWN}/old" in event["message"]


async def test_the_secret_of_another_port_is_not_used(scene: Scene, give: GiveSecret) -> None:
    await give("other-port", annotation="http://localhost:1", username="admin", password=scene.infrahub.password)
    name = await sync_colours(scene)
    await scene.until_sync(name, has_reason("CredentialsMissing"))
    assert scene.infrahub.requests.count() == 0


@pytest.mark.parametrize("data", [{}, {"username": "admin"}, {"password": "correct-horse"}, {"token": ""}])
async def test_a_secret_without_the_keys_is_named(scene: Scene, give: GiveSecret, data: dict[str, str]) -> None:
    await give("empty", **data)
    name = await sync_colours(scene)
    sync = await scene.until_sync(name, has_reason("CredentialsInvalid"))
    assert_told(sync, "CredentialsInvalid", f"{OWN}/empty", "needs username and password, or token")
    await scene.until_event(name, "CredentialsInvalid")
    assert "correct-horse" not in str(sync)


async def test_a_deleted_secret_is_missed_and_what_is_applied_stays(scene: Scene, give: GiveSecret) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    await give("login", username="admin", password=scene.infrahub.password)
    name = await sync_colours(scene, interval="1h")
    await scene.until_sync(name)
    configs, secrets = await scene.kind("v1", "ConfigMap"), await scene.kind("v1", "Secret")
    before = await scene.get(configs, "colour", namespace=scene.namespace)
    assert before is not None
    await scene.delete(secrets, "login", namespace=OWN)
    await scene.until_sync(name, has_reason("CredentialsMissing"))
    assert await scene.get(configs, "colour", namespace=scene.namespace) == before
    await give("login", username="admin", password=scene.infrahub.password)
    await scene.until_sync(name)


async def test_a_secret_that_only_looks_different_or_is_for_another_infrahub_disturbs_nobody(
    scene: Scene, give: GiveSecret
) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG)
    await give("login", username="admin", password=scene.infrahub.password)
    name, clock = await sync_colours(scene, interval="1h"), await scene.sync("Shapes", interval="1s")
    await scene.until_sync(name)
    await scene.until_sync(clock, has_reason("EmptyResult"))
    secrets = await scene.kind("v1", "Secret")
    await scene.patch(secrets, "login", {"metadata": {"annotations": {"refreshed": "now"}}}, namespace=OWN)
    await give("other", annotation="http://localhost:1", username="admin", password="battery-staple")
    requests = scene.infrahub.requests
    await requests.until(requests.count(QUERY) + 2, QUERY)
    assert sum(b"Colours" in entry.body for entry in requests.matching(QUERY)) == 1
