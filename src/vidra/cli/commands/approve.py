"""`vidra approve`: agrees to a prune that Vidra holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from vidra.cli.completion import names as complete
from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, NamespaceOption, Place, YesOption

if TYPE_CHECKING:
    from vidra.api.resource import VidraResource
    from vidra.api.sync import InfrahubSync
    from vidra.kube.client import Client


class Held(NamedTuple):
    """A set that waits for somebody's word."""

    id: str
    going: list[str]
    """What would be deleted, one line for each."""


def approve(
    name: Annotated[str, typer.Argument(help="Name of a sync or VidraResource.", autocompletion=complete)],
    yes: YesOption = False,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = "",
) -> None:
    """Show what Vidra holds back from pruning, and let it go if you agree.

    You agree to the very set that is shown: should it change meanwhile, Vidra holds it again.

    Example: vidra approve webservers
    """
    from vidra.cli.prompt import agreed
    from vidra.cli.session import against
    from vidra.cli.terminal import printable

    place = Place(kubeconfig, context)
    held = against(place, lambda client: _held(client, namespace, name))
    for line in held.going:
        typer.echo(printable(line))
    agreed(f"Delete {len(held.going)} objects?" if held.going else "Delete them?", yes=yes)
    against(place, lambda client: _annotate(client, name, held.id))
    typer.echo(f"{name}: approved {held.id}")


async def _held(client: Client, namespace: str, name: str) -> Held:
    from vidra.api.sync import InfrahubSync
    from vidra.cli.errors import CommandError
    from vidra.cli.hub_client import find, titled

    item = await find(client, name)
    found = await (
        _held_by_sync(client, item) if isinstance(item, InfrahubSync) else _held_by_resource(client, namespace, item)
    )
    if found is None:
        raise CommandError(f"{titled(item)} holds nothing back")
    return found


async def _held_by_sync(client: Client, sync: InfrahubSync) -> Held | None:
    from vidra.apply.guards.prune_limit import approve_command, set_id
    from vidra.apply.inventory import key_of, ref_of
    from vidra.cli.errors import CommandError
    from vidra.cli.hub_client import resources
    from vidra.controllers.runtime.context import sync_of

    held = sync.status.held_prune
    if held is None:
        _refuse_unsaid(sync)
        return None
    unlisted_resources = held.resources
    if set_id(unlisted_resources) != held.id:
        by_hand = approve_command(sync.kind, sync.metadata.name, held.id)
        raise CommandError(
            f"it is too much for a list: look with vidra diff {sync.metadata.name}, then agree with {by_hand}"
        )
    mine = [item for item in await resources(client) if sync_of(item) == sync.metadata.name]
    kept = {
        key_of(entry)
        for item in mine
        if item.metadata.name not in unlisted_resources
        for entry in item.status.managed_resources
    }
    going = [
        f"{ref_of(entry)}{_at(entry.server)}, of {item.metadata.name}"
        for item in mine
        if item.metadata.name in unlisted_resources
        for entry in item.status.managed_resources
        if key_of(entry) not in kept
    ]
    return Held(held.id, going)


def _refuse_unsaid(sync: InfrahubSync) -> None:
    """Say so when something is held, and not yet which: by an operator that is older than this command.

    Raises:
        CommandError: That is so.
    """
    from vidra.api.conditions import ConditionType, find
    from vidra.api.reasons import Reason
    from vidra.cli.errors import CommandError

    ready = find(sync.status.conditions, ConditionType.READY)
    if ready is not None and ready.reason == Reason.PRUNE_HELD:
        raise CommandError(
            f"the status of {sync.metadata.name} does not say yet what is held: try again when this version of the "
            f"operator has reconciled it, or do what its Ready condition says: {ready.message}"
        )


async def _held_by_resource(client: Client, namespace: str, resource: VidraResource) -> Held | None:
    from vidra.apply.inventory import ref_of
    from vidra.cli.dry_run import studied
    from vidra.cli.errors import CommandError

    held = resource.status.held_prune
    if held is None or held.approved:
        return None
    found = await studied(client, namespace, resource)
    if found.limits.held is None or found.limits.held.id != held.id:
        raise CommandError(f"what {resource.metadata.name} holds back changes just now: try again in a moment")
    return Held(held.id, [f"{ref_of(entry)}{_at(entry.server)}" for entry in found.limits.to_delete])


async def _annotate(client: Client, name: str, held: str) -> None:
    from vidra.api.names import APPROVE_PRUNE
    from vidra.cli.hub_client import find, path_of
    from vidra.kube.operations import merge_patch

    item = await find(client, name)
    patch = {"metadata": {"uid": item.metadata.uid, "annotations": {APPROVE_PRUNE: held}}}
    await merge_patch(client, path_of(item), patch, type(item))


def _at(server: str) -> str:
    return f" on {server}" if server else ""
