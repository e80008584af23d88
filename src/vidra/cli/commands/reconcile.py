"""`vidra reconcile`: a sync or VidraResource now, instead of at the next interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from vidra.cli.completion import names as complete
from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, NamespaceOption, Place
from vidra.cli.parsing import Argument, Option
from vidra.cli.parsing.errors import FinishedError
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.kube.client import Client
    from vidra.views.resource_names import Item


def reconcile(
    names: Annotated[list[str], Argument(help="Names of syncs or VidraResources.", complete=complete)],
    wait: Annotated[bool, Option("--wait", "-w", help="Wait until it is done, and show the result.")] = False,
    timeout: Annotated[str, Option(help="How long to wait for each, as a Go duration.")] = "5m",
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Reconcile a sync or VidraResource now.

    A sync asks Infrahub; a VidraResource is compared with its cluster. With --wait: exit code 0 when it is Ready in the
    end, 1 when it is not, 4 when that takes longer than the time-out. Where no operator is at work, it says so.

    Example: vidra reconcile webservers --wait
    """
    from vidra.cli.options import seconds_of
    from vidra.cli.session import against

    limit = seconds_of(timeout)
    seconds = limit if wait else None
    if not against(Place(kubeconfig, context), lambda client: _all(client, names, seconds, namespace)):
        raise FinishedError(1)


async def _all(client: Client, names: list[str], seconds: float | None, namespace: str) -> bool:
    from vidra.cli.at_work import warn_if_nobody
    from vidra.cli.errors import CommandError
    from vidra.views.resource_names import find, titled

    items = [await find(client, name) for name in names]
    for item in items:
        if item.spec.suspend:
            raise CommandError(f"{titled(item)} is suspended: vidra resume {item.metadata.name}")
    results = [await _one(client, item, seconds, namespace) for item in items]
    if seconds is None:
        await warn_if_nobody(client, namespace)
    return all(results)


async def _one(client: Client, item: Item, seconds: float | None, namespace: str) -> bool:
    from datetime import UTC, datetime

    from vidra.api.conditions import ConditionType, find, is_ready, under_way
    from vidra.api.names import REQUESTED_AT
    from vidra.api.times import micro_time
    from vidra.cli.terminal import one_line
    from vidra.kube.operations import merge_patch
    from vidra.views.resource_names import path_of, titled

    now = micro_time(datetime.now(UTC))
    patch = {"metadata": {"uid": item.metadata.uid, "annotations": {REQUESTED_AT: now}}}
    await merge_patch(client, path_of(item), patch, type(item))
    if seconds is None:
        echo(f"{titled(item)}: requested")
        return True
    from vidra.cli.wait import until

    def through(found: Any) -> bool:
        status = found.status
        return status.last_handled_requested_at == now and not under_way(status.conditions)

    found = await until(client, item, through, seconds, namespace)
    ready = find(found.status.conditions, ConditionType.READY)
    assert ready is not None, "a request that was handled left a condition"
    echo(f"{titled(item)}: {ready.reason}: {one_line(ready.message)}")
    return is_ready(found.status.conditions, found.metadata.generation)
