from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from testkit.infrahub import Slow, StandIn
from testkit.patience import NEVER
from vidra.sources.infrahub import Credential, InfrahubLimits, InfrahubPool, Selection
from vidra.sources.protocol import SourceError

QUERY = "/api/query/*"


@pytest.fixture
async def pool(limits: InfrahubLimits) -> AsyncIterator[InfrahubPool]:
    clients = InfrahubPool(limits)
    yield clients
    await clients.close()


async def test_syncs_of_one_infrahub_share_a_client(
    standin: StandIn, credential: Credential, pool: InfrahubPool, selection: Selection
) -> None:
    first = await pool.get(standin.url, credential)
    second = await pool.get(f"{standin.url}/", Credential(standin.username, standin.password))
    assert first is second
    await first.list(selection)
    await second.list(selection)
    assert standin.requests.count("/api/auth/login") == 1


async def test_two_infrahubs_on_one_host_are_two(standin: StandIn, credential: Credential, pool: InfrahubPool) -> None:
    assert await pool.get(standin.url, credential) is not await pool.get(f"{standin.url}/other", credential)
    assert await pool.get("http://127.0.0.1:1", credential) is not await pool.get("http://127.0.0.1:2", credential)


async def test_a_corrected_credential_works_at_once(
    standin: StandIn, credential: Credential, pool: InfrahubPool, selection: Selection
) -> None:
    wrong = await pool.get(standin.url, Credential(standin.username, "wrong-password"))
    with pytest.raises(SourceError):
        await wrong.list(selection)
    right = await pool.get(standin.url, credential)
    assert right is not wrong
    await right.list(selection)


async def test_requests_under_way_end_well_when_the_credential_changes(
    standin: StandIn, credential: Credential, pool: InfrahubPool, selection: Selection
) -> None:
    old = await pool.get(standin.url, credential)
    await old.list(selection)
    standin.faults.add(Slow(0.2), QUERY)
    under_way = asyncio.create_task(old.list(selection))
    await standin.requests.until(2, "/api/query")
    await pool.get(standin.url, Credential(token=standin.token))
    assert (await under_way).units == ()
    assert (await old.list(selection)).units == ()


async def test_a_closed_pool_opens_no_connections_again(
    standin: StandIn, credential: Credential, pool: InfrahubPool, selection: Selection
) -> None:
    client = await pool.get(standin.url, credential)
    standin.faults.add(Slow(NEVER), QUERY)
    under_way = asyncio.create_task(client.list(selection))
    await standin.requests.until(1, "/api/query")
    await pool.close()
    with pytest.raises(SourceError):
        await under_way
    with pytest.raises(SourceError, match="Vidra stops"):
        await client.list(selection)
