"""A receiver of webhooks that has a key, and events to call it with."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from testkit.webhook_client import BODY, KEY, Ear
from vidra.web.limits import bounded


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    """A receiver that has a key."""
    ear = Ear()
    ear.keep("webhook", key=KEY)
    async with bounded("127.0.0.1:0", ear.receiver, ear.receiver.note) as port:
        ear.port = port
        yield ear


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    """Events that differ in some fields from the usual one."""
    numbers = iter(range(2, 10_000))

    def make(**fields: Any) -> dict[str, Any]:
        return {**msgspec.json.decode(msgspec.json.encode(BODY)), "id": f"event-{next(numbers)}", **fields}

    return make
