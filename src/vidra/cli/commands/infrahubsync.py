"""`vidra infrahubsync`: which artifacts go where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from vidra.cli.completion import syncs as complete
from vidra.cli.options import ContextOption, KubeconfigOption, Output, OutputOption, Place, YesOption
from vidra.cli.parsing import Argument, Group, Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.api.resource import VidraResource
    from vidra.api.sync import InfrahubSync
    from vidra.kube.client import Client

Json = dict[str, Any]

app = Group("InfrahubSyncs: which artifacts go where.")

Name = Annotated[str, Argument(help="Name of the sync.", complete=complete)]


@app.command("apply")
def apply(
    name: Annotated[str, Argument(help="Name of the sync.", complete=complete)] = "",
    file: Annotated[
        str,
        Option(
            "--file",
            "-f",
            help="YAML or JSON with InfrahubSyncs, instead of the other options; '-' is standard input.",
            show_default=False,
        ),
    ] = "",
    url: Annotated[str, Option(help="Address of the Infrahub.", show_default=False)] = "",
    artifact: Annotated[str, Option(help="Name of the artifacts.", show_default=False)] = "",
    branch: Annotated[str, Option(help="Branch in Infrahub. Default: main.", show_default=False)] = "",
    date: Annotated[str, Option(help="The data as it was then: RFC 3339, or now-2h.", show_default=False)] = "",
    server: Annotated[
        str, Option(help="API server of the destination. Default: where Vidra runs.", show_default=False)
    ] = "",
    to_namespace: Annotated[
        str, Option(help="Namespace for objects that name none. Default: default.", show_default=False)
    ] = "",
    create_namespace: Annotated[
        bool, Option("--create-namespace", help="Create that namespace if it is missing.")
    ] = False,
    reconcile_on_events: Annotated[bool, Option("--reconcile-on-events", help="Revert drift at once.")] = False,
    interval: Annotated[str, Option(help="How often Infrahub is asked, as a Go duration.", show_default=False)] = "",
    export: Annotated[bool, Option("--export", help="Write it as YAML instead, and change nothing.")] = False,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Create a sync, or change it to what is given.

    Example: vidra infrahubsync apply web --url https://infrahub.example.com --artifact Webserver_Manifest
    """
    from vidra.cli.session import against
    from vidra.cli.sync_file import from_file

    _check_options(file, name, url, artifact)
    source = {"infrahubAPIURL": url, "artifactName": artifact, "targetBranch": branch, "targetDate": date}
    destination = {
        "server": server,
        "namespace": to_namespace,
        "createNamespace": create_namespace,
        "reconcileOnEvents": reconcile_on_events,
    }
    bodies = from_file(file) if file else [_sync(name, source, destination, interval)]
    if export:
        from vidra.manifests.write import write

        echo(write(bodies), nl=False)
        return
    for done in against(Place(kubeconfig, context), lambda client: _put(client, bodies)):
        echo(f"infrahubsync/{done} applied")
        echo(f"see whether it works: vidra reconcile {done} --wait", err=True)


def _check_options(file: str, *required: str) -> None:
    """Take a file that has everything in it, or what a sync needs."""
    from vidra.cli.errors import CommandError, Exit

    if file and any(required):
        raise CommandError("--file has everything in it: give no name and no other options", Exit.USAGE)
    if not file and not all(required):
        raise CommandError("a sync needs a NAME, --url and --artifact, or a --file", Exit.USAGE)


def _sync(name: str, source: Json, destination: Json, interval: str) -> Json:
    """The InfrahubSync of these options; those that were not given stay out of it."""
    from vidra.api.names import API_VERSION, SYNC_KIND

    spec = _given({"source": _given(source), "destination": _given(destination), "interval": interval})
    return {"apiVersion": API_VERSION, "kind": SYNC_KIND, "metadata": {"name": name}, "spec": spec}


@app.command("list")
def list_(output: OutputOption = Output.TABLE, kubeconfig: KubeconfigOption = "", context: ContextOption = "") -> None:
    """Show all syncs.

    Example: vidra infrahubsync list
    """
    from vidra.cli.commands.get import get as shown

    shown(None, syncs=True, output=output, kubeconfig=kubeconfig, context=context)


@app.command("get")
def get(
    name: Name, output: OutputOption = Output.TABLE, kubeconfig: KubeconfigOption = "", context: ContextOption = ""
) -> None:
    """Show one sync.

    Example: vidra infrahubsync get webservers -o yaml
    """
    from vidra.cli.commands.get import get as shown

    shown([f"isync/{name}"], syncs=True, output=output, kubeconfig=kubeconfig, context=context)


@app.command("delete")
def delete(
    name: Name,
    keep_objects: Annotated[
        bool, Option("--keep-objects", help="Leave the objects in the clusters as they are.")
    ] = False,
    wait: Annotated[bool, Option("--wait", "-w", help="Wait until it is deleted.")] = False,
    timeout: Annotated[str, Option(help="How long to wait, as a Go duration.")] = "10m",
    yes: YesOption = False,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Delete a sync; it says what that deletes in which cluster, and asks.

    Example: vidra infrahubsync delete webservers --keep-objects
    """
    from vidra.cli.delete_resource import consequences, delete_resource
    from vidra.cli.options import seconds_of
    from vidra.cli.prompt import agreed
    from vidra.cli.session import against

    seconds = seconds_of(timeout)
    place = Place(kubeconfig, context)
    sync, made = against(place, lambda client: _look(client, name))
    echo(consequences([sync], made, keep=keep_objects), err=True)
    agreed(f"Delete the InfrahubSync {name}?", yes=yes)
    against(place, lambda client: delete_resource(client, sync, keep=keep_objects, seconds=seconds if wait else None))
    echo(f"infrahubsync/{name} {'deleted' if wait else 'is being deleted'}")


async def _look(client: Client, name: str) -> tuple[InfrahubSync, list[VidraResource]]:
    from vidra.api.sync import InfrahubSync
    from vidra.controllers.runtime.context import sync_of
    from vidra.views.hub_objects import resources
    from vidra.views.resource_names import find

    sync = await find(client, f"isync/{name}")
    assert isinstance(sync, InfrahubSync)
    return sync, [item for item in await resources(client) if sync_of(item) == sync.key]


async def _put(client: Client, bodies: list[Json]) -> list[str]:
    from vidra.api.names import API_VERSION, SYNC_KIND, SYNC_PLURAL
    from vidra.cli.apply_object import put
    from vidra.kube.discovery import Kind
    from vidra.kube.errors import ApiError
    from vidra.views.hub_paths import not_installed

    kind = Kind(API_VERSION, SYNC_KIND, SYNC_PLURAL, namespaced=False)
    for body in bodies:
        try:
            await put(client, kind, body)
        except ApiError as error:
            raise not_installed(error) from None
    return [body["metadata"]["name"] for body in bodies]


def _given(values: Json) -> Json:
    return {key: value for key, value in values.items() if value}
