"""What the commands about syncs share, whichever kind of sync they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from vidra.cli.completion import syncs as complete
from vidra.cli.parsing import Argument, Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.api.resource import VidraResource
    from vidra.api.sync import Sync
    from vidra.cli.options import Place
    from vidra.kube.client import Client

Json = dict[str, Any]

Name = Annotated[str, Argument(help="Name of the sync.", complete=complete)]
ServerOption = Annotated[
    str, Option(help="API server of the destination. Default: where Vidra runs.", show_default=False)
]
ToNamespaceOption = Annotated[
    str, Option(help="Namespace for objects that name none. Default: default.", show_default=False)
]
CreateNamespaceOption = Annotated[bool, Option("--create-namespace", help="Create that namespace if it is missing.")]
EventsOption = Annotated[bool, Option("--reconcile-on-events", help="Revert drift at once.")]
KeepOption = Annotated[bool, Option("--keep-objects", help="Leave the objects in the clusters as they are.")]
WaitOption = Annotated[bool, Option("--wait", "-w", help="Wait until it is deleted.")]
TimeoutOption = Annotated[str, Option(help="How long to wait, as a Go duration.")]


def check_options(file: str, *, given: bool, enough: bool, needs: str) -> None:
    """Take a file that has everything in it, or what a sync needs.

    Args:
        given: Whether a name or another option is given.
        enough: Whether all are that a sync needs.
        needs: Which these are, for the message.

    Raises:
        CommandError: There is both, or too little.
    """
    from vidra.cli.errors import CommandError, Exit

    if file and given:
        raise CommandError("--file has everything in it: give no name and no other options", Exit.USAGE)
    if not file and not enough:
        raise CommandError(f"a sync needs a NAME{needs}, or a --file", Exit.USAGE)


def destination_of(server: str, namespace: str, *, create: bool, on_events: bool) -> Json:
    """`spec.destination` of these options."""
    return given({"server": server, "namespace": namespace, "createNamespace": create, "reconcileOnEvents": on_events})


def sync_body(kind: str, name: str, source: Json, destination: Json, interval: str) -> Json:
    """The sync of these options; those that were not given stay out of it."""
    from vidra.api.names import API_VERSION

    spec = given({"source": source, "destination": destination, "interval": interval})
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}


def given(values: Json) -> Json:
    """Those that are."""
    return {key: value for key, value in values.items() if value}


async def put_syncs(client: Client, bodies: list[Json]) -> None:
    """Create syncs of either kind, or change them.

    Raises:
        ViewError: Vidra is not installed.
        KubeError: One was refused.
    """
    from vidra.api.names import API_VERSION, SYNC_PLURALS
    from vidra.cli.apply_object import put
    from vidra.kube.discovery import Kind
    from vidra.kube.errors import ApiError
    from vidra.views.hub_paths import not_installed

    for body in bodies:
        kind = Kind(API_VERSION, body["kind"], SYNC_PLURALS[body["kind"]], namespaced=False)
        try:
            await put(client, kind, body)
        except ApiError as error:
            raise not_installed(error) from None


def delete_sync(place: Place, name: str, *, keep: bool, wait: bool, timeout: str, yes: bool, namespace: str) -> None:
    """Delete a sync; say before what that deletes in which cluster, and ask.

    Args:
        name: Of either kind, or `isync/NAME` or `vsync/NAME`.
        timeout: A Go duration.
        namespace: Vidra's own.
    """
    from vidra.cli.delete_resource import consequences, delete_resource
    from vidra.cli.options import seconds_of
    from vidra.cli.prompt import agreed
    from vidra.cli.session import against

    seconds = seconds_of(timeout)
    sync, made = against(place, lambda client: _look(client, name))
    echo(consequences([sync], made, keep=keep), err=True)
    agreed(f"Delete the {sync.kind} {sync.metadata.name}?", yes=yes)
    limit = seconds if wait else None
    against(place, lambda client: delete_resource(client, sync, keep=keep, seconds=limit, namespace=namespace))
    echo(f"{sync.kind.lower()}/{sync.metadata.name} {'deleted' if wait else 'is being deleted'}")


async def _look(client: Client, name: str) -> tuple[Sync, list[VidraResource]]:
    from vidra.api.sync import Sync
    from vidra.cli.errors import CommandError
    from vidra.controllers.runtime.context import sync_of
    from vidra.views.hub_objects import resources
    from vidra.views.resource_names import find

    sync = await find(client, name)
    if not isinstance(sync, Sync):
        raise CommandError(f"{name} is a VidraResource, and no sync: write isync/NAME or vsync/NAME")
    return sync, [item for item in await resources(client) if sync_of(item) == sync.key]
