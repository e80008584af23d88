"""An operator that hears Infrahub's calls at an address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from vidra.operator import Operator
from vidra.web.bounded import bounded
from vidra.web.webhooks.keys import Keys
from vidra.web.webhooks.receiver import Receiver


@asynccontextmanager
async def receiving(bind: str, operator: Operator) -> AsyncIterator[int]:
    """Receive calls for an operator while the context lasts; gives the port, 0 if none are received.

    Raises:
        BindError: It is no address, or it is taken.
    """
    keys = Keys(operator.webhook_secrets)
    receiver = Receiver(keys, operator.hear, lambda: operator.hears, operator.metrics.webhooks)
    async with bounded(bind, receiver, receiver.note) as port:
        yield port
