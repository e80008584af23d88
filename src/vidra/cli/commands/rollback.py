"""`vidra rollback`: pins a sync to a point in time, and lets it go again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra.cli.completion import syncs as complete
from vidra.cli.options import ContextOption, KubeconfigOption, Place
from vidra.cli.parsing import Argument, Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.kube.client import Client


def rollback(
    name: Annotated[str, Argument(help="Name of the sync.", complete=complete)],
    to: Annotated[
        str,
        Option("--to", help="The data as it was then: 2025-01-31T12:00:00Z, or -2h.", show_default=False),
    ] = "",
    off: Annotated[bool, Option("--off", help="Follow the newest data again.")] = False,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Pin a sync to the data of a point in time, or let it follow the newest data again.

    It sets `spec.source.targetDate`, to an absolute time: a relative one would move on. See first what it would change
    with `vidra diff NAME --date`; what it deletes is held back as always.

    Example: vidra rollback webservers --to -2h
    """
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.session import against

    if bool(to) == off:
        raise CommandError("say when with --to, or --off to follow the newest data again", Exit.USAGE)
    moment = _absolute(to) if to else None
    told = against(Place(kubeconfig, context), lambda client: _pin(client, name, moment))
    echo(f"{told} (vidra reconcile {name} --wait)")


def _absolute(text: str) -> str:
    """An absolute date.

    Raises:
        CommandError: It is none, or not in the past.
    """
    from datetime import UTC, datetime

    from vidra.api.times import parse_target_date, rfc3339
    from vidra.cli.errors import CommandError, Exit

    now = datetime.now(UTC)
    try:
        moment = parse_target_date(text, now)
    except ValueError as error:
        raise CommandError(str(error), Exit.USAGE) from None
    if moment is None or moment > now:
        raise CommandError(f"{text!r} is not in the past: --off follows the newest data", Exit.USAGE)
    return rfc3339(moment)


async def _pin(client: Client, name: str, moment: str | None) -> str:
    from vidra.api.sync import InfrahubSync
    from vidra.cli.errors import CommandError
    from vidra.kube.operations import merge_patch
    from vidra.views.resource_names import find, path_of, titled

    item = await find(client, name if "/" in name else f"isync/{name}")
    if not isinstance(item, InfrahubSync):
        raise CommandError(f"{titled(item)} is no InfrahubSync, and only those have dates")
    if (item.spec.source.target_date or "") == (moment or ""):
        return f"{titled(item)}: {f'is pinned to {moment} already' if moment else 'follows the newest data already'}"
    patch = {"metadata": {"uid": item.metadata.uid}, "spec": {"source": {"targetDate": moment}}}
    await merge_patch(client, path_of(item), patch, type(item))
    return f"{titled(item)}: {f'pinned to {moment}' if moment else 'follows the newest data again'}"
