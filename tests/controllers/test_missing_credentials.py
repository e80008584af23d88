"""Who mistyped an address is asked for the right one, and reads of no address that only Secrets tell."""

import pytest

from vidra.api.meta import Meta
from vidra.api.names import INFRAHUB_LABEL
from vidra.api.sources import InfrahubSource
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec
from vidra.kube.types import Secret
from vidra.sources.infrahub.missing_credentials import missing

OWN = "vidra-system"
GIVEN = "vidra credentials apply https://infrahub.exmaple.test --username NAME"
TYPO = "https://infrahub.exmaple.test"


def secret(host: str, url: str = "") -> Secret:
    return Secret(Meta(labels={INFRAHUB_LABEL: host}, annotations={INFRAHUB_LABEL: url} if url else {}))


def sync(url: str) -> InfrahubSync:
    return InfrahubSync(
        Meta(name="s"), InfrahubSyncSpec(source=InfrahubSource(infrahub_api_url=url, artifact_name="Web"))
    )


@pytest.mark.parametrize(
    ("secrets", "syncs", "reveal", "says"),
    [
        ([], [], False, f"no credentials for {TYPO}: store them: {GIVEN}"),
        (
            [secret("infrahub.example.test")],
            [],
            False,
            (
                f"no credentials for {TYPO}; there are some for https://infrahub.example.test, did you mean "
                f'"https://infrahub.example.test"? Correct infrahubAPIURL, or store them: {GIVEN}'
            ),
        ),
        # A status names no address that only a Secret tells.
        ([secret("secret.lab")], [], False, f"no credentials for {TYPO}: store them: {GIVEN}"),
        (
            [secret("secret.lab")],
            [],
            True,
            (
                f"no credentials for {TYPO}; there are some for https://secret.lab: correct infrahubAPIURL, "
                f"or store them: {GIVEN}"
            ),
        ),
        (
            [secret("secret.lab"), secret("known.lab", "https://known.lab:8000")],
            [sync("https://known.lab:8000"), sync(TYPO)],
            False,
            (
                f"no credentials for {TYPO}; there are some for https://known.lab:8000: correct infrahubAPIURL, "
                f"or store them: {GIVEN}"
            ),
        ),
        # The same host with another port.
        (
            [secret("infrahub.exmaple.test", f"{TYPO}:8000")],
            [],
            False,
            (
                f'no credentials for {TYPO}; there are some for {TYPO}:8000, did you mean "{TYPO}:8000"? Correct '
                f"infrahubAPIURL, or store them: {GIVEN}"
            ),
        ),
    ],
)
def test_what_is_said_of_an_address_without_credentials(
    secrets: list[Secret], syncs: list[InfrahubSync], reveal: bool, says: str
) -> None:
    assert str(missing(TYPO, secrets, OWN, syncs, reveal=reveal)) == says


def test_the_command_names_a_namespace_of_its_own() -> None:
    assert str(missing("https://hub.test", [], "network", [], reveal=False)).endswith("--username NAME -n network")
