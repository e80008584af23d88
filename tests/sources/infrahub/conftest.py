"""An Infrahub on loopback and a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from testkit.infrahub import StandIn
from vidra.sources.infrahub import Credential, Infrahub, InfrahubLimits, Selection

NAME = "Webserver_Manifest"


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with StandIn() as running:
        yield running


@pytest.fixture
def limits() -> InfrahubLimits:
    return InfrahubLimits(backoff=0.01)


@pytest.fixture
def credential(standin: StandIn) -> Credential:
    return Credential(standin.username, standin.password)


@pytest.fixture
async def infrahub(standin: StandIn, credential: Credential, limits: InfrahubLimits) -> AsyncIterator[Infrahub]:
    client = Infrahub(standin.url, credential, limits)
    yield client
    await client.close()


@pytest.fixture
def selection() -> Selection:
    return Selection(NAME, "main", "ArtifactIDs", None)
