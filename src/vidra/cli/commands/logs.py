"""`vidra logs`: what the operator's Pods log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, NamespaceOption, Place
from vidra.cli.parsing import Option

if TYPE_CHECKING:
    from vidra.kube.client import Client

Json = dict[str, Any]

QUIET = 24 * 3600.0
"""Seconds without a line after which --follow gives up."""
SELECTOR = "app.kubernetes.io/name=vidra"


def logs(
    follow: Annotated[bool, Option("--follow", "-f", help="Continue until Ctrl-C.")] = False,
    tail: Annotated[int, Option(min=0, help="So many lines of each Pod.")] = 100,
    since: Annotated[str, Option(help="Not older than this, as a Go duration.", show_default=False)] = "",
    selector: Annotated[str, Option("--selector", "-l", help="Labels of the operator's Pods.")] = SELECTOR,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show what the operator logs; with several Pods each line begins with the Pod's name.

    Example: vidra logs --follow --since 10m
    """
    from vidra.cli.options import seconds_of
    from vidra.cli.session import against

    query = {"tailLines": str(tail)}
    if since:
        query["sinceSeconds"] = str(max(1, int(seconds_of(since))))
    if follow:
        query["follow"] = "true"
    against(Place(kubeconfig, context), lambda client: _show(client, namespace, selector, query))


async def _show(client: Client, namespace: str, selector: str, query: dict[str, str]) -> None:
    import asyncio

    from vidra.cli.errors import CommandError

    pods: Json = await client.get(f"/api/v1/namespaces/{namespace}/pods", dict, query={"labelSelector": selector})
    names = sorted(str(item["metadata"]["name"]) for item in pods["items"])
    if not names:
        raise CommandError(
            f"no Pod of Vidra is in the namespace {namespace} (label {selector}): name another with --namespace; "
            "an operator that runs outside of the cluster logs where it was started"
        )
    async with asyncio.TaskGroup() as group:
        for name in names:
            path = f"/api/v1/namespaces/{namespace}/pods/{name}/log"
            group.create_task(_copy(client, path, query, f"{name}: " if len(names) > 1 else ""))


async def _copy(client: Client, path: str, query: dict[str, str], prefix: str) -> None:
    from vidra.cli.errors import CommandError
    from vidra.cli.terminal import printable
    from vidra.kube.errors import ApiError
    from vidra.kube.watch import lines

    try:
        # An operator with nothing to do logs nothing for a long time.
        async with client.stream(path, query=query, accept="*/*", silence=QUIET) as content:
            async for line in lines(content):
                sys.stdout.write(f"{prefix}{printable(line.decode(errors='replace'))}\n")
                sys.stdout.flush()
    except ApiError as error:
        if error.code != 204:
            raise
        raise CommandError(f"{path.split('/')[-2]} has not started: no node has taken it yet") from None
