"""One holder, or nobody writes; on the real API server."""

import asyncio
from collections.abc import Callable

import pytest

from testkit.eventually import eventually
from testkit.patience import HANG
from vidra.kube import leader_election as module
from vidra.kube.client import Client
from vidra.kube.connection import Connection
from vidra.kube.leader_election import LeaderElector, LeaseLostError
from vidra.kube.lease import Lease
from vidra.kube.partial_metadata import LiveList

New = Callable[[], LeaderElector]


@pytest.fixture
def candidate(admin: Client, namespace: str, monkeypatch: pytest.MonkeyPatch) -> New:
    """Candidates for the same Lease, in a hurry."""
    monkeypatch.setattr(module, "RETRY", 0.05)
    return lambda: LeaderElector(admin, namespace, "work")


async def until_it_has(candidate: LeaderElector) -> None:
    await eventually(candidate.take)


async def read(client: Client, namespace: str) -> Lease:
    return await client.get(f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/work", Lease)


async def interfere(client: Client, namespace: str, spec: str) -> None:
    path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/work"
    body = f'{{"spec": {spec}}}'.encode()
    await client.send("PATCH", path, body=body, content_type="application/merge-patch+json")


async def test_of_many_one_wins_and_the_next_follows_a_release(candidate: New, admin: Client, namespace: str) -> None:
    candidates = [candidate() for _ in range(5)]
    tasks = {asyncio.create_task(until_it_has(each)): each for each in candidates}
    (first,), rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    held = await read(admin, namespace)
    assert held.spec.holder_identity == tasks[first].identity
    assert (held.spec.lease_duration_seconds, held.spec.lease_transitions) == (15, 1)
    await asyncio.sleep(0.2)
    assert not any(task.done() for task in rest)
    await tasks[first].release()
    async with asyncio.timeout(HANG):
        (second,), rest = await asyncio.wait(rest, return_when=asyncio.FIRST_COMPLETED)
    assert (await read(admin, namespace)).spec.holder_identity == tasks[second].identity
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


async def test_an_expired_lease_is_taken_by_our_own_clock(candidate: New, admin: Client, namespace: str) -> None:
    assert await candidate().take()
    long_ago = '{"leaseDurationSeconds": 1, "renewTime": "1999-01-01T00:00:00.000000Z"}'
    await interfere(admin, namespace, long_ago)
    next_ = candidate()
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(HANG):
        await until_it_has(next_)
    assert asyncio.get_running_loop().time() - began > 1


async def test_renewing_moves_the_renew_time_only(candidate: New, admin: Client, namespace: str) -> None:
    mine = candidate()
    assert await mine.take()
    before = (await read(admin, namespace)).spec
    task = asyncio.create_task(mine.keep())

    async def renewed() -> bool:
        return (await read(admin, namespace)).spec.renew_time != before.renew_time

    await eventually(renewed)
    after = (await read(admin, namespace)).spec
    assert (after.acquire_time, after.lease_transitions) == (before.acquire_time, before.lease_transitions)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_who_finds_another_holder_stops_at_once(candidate: New, admin: Client, namespace: str) -> None:
    mine = candidate()
    assert await mine.take()
    await interfere(admin, namespace, '{"holderIdentity": "other"}')
    with pytest.raises(LeaseLostError, match="taken by other"):
        async with asyncio.timeout(HANG):
            await mine.keep()
    await mine.release()
    assert (await read(admin, namespace)).spec.holder_identity == "other"


async def test_a_lease_that_somebody_else_only_touched_or_deleted_is_kept(
    candidate: New, admin: Client, namespace: str
) -> None:
    mine = candidate()
    assert await mine.take()
    task = asyncio.create_task(mine.keep())
    path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/work"
    await admin.send(
        "PATCH", path, body=b'{"metadata": {"labels": {"a": "b"}}}', content_type="application/merge-patch+json"
    )
    touched = await read(admin, namespace)

    async def renewed() -> bool:
        return (await read(admin, namespace)).spec.renew_time != touched.spec.renew_time

    await eventually(renewed)
    await admin.send("DELETE", path)

    async def made_anew() -> bool:
        listing = await admin.get(path.removesuffix("/work"), LiveList)
        return any(item.metadata.uid != touched.metadata.uid for item in listing.items or ())

    await eventually(made_anew)
    assert (await read(admin, namespace)).spec.holder_identity == mine.identity
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_server_that_is_away_for_too_long_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY", 0.05)
    monkeypatch.setattr(module, "RENEW_WITHIN", 0.3)
    client = Client(Connection(server="http://127.0.0.1:1"))
    with pytest.raises(LeaseLostError, match="was not renewed"):
        async with asyncio.timeout(HANG):
            await LeaderElector(client, "nowhere", "work").keep()
    await client.close()
