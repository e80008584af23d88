"""`vidra sync`: syncs of both kinds; what it makes from options is a VidraSync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from vidra.cli.completion import syncs as complete
from vidra.cli.options import ContextOption, KubeconfigOption, Output, OutputOption, Place, YesOption
from vidra.cli.parsing import Argument, Group, Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.api.resource import VidraResource
    from vidra.api.sync import Sync
    from vidra.kube.client import Client

Json = dict[str, Any]

app = Group("Syncs of both kinds: what goes where.")

Name = Annotated[str, Argument(help="Name of the sync.", complete=complete)]


@app.command("apply")
def apply(
    name: Annotated[str, Argument(help="Name of the sync.", complete=complete)] = "",
    file: Annotated[
        str,
        Option(
            "--file",
            "-f",
            help="YAML or JSON with syncs of either kind, instead of the other options; '-' is standard input.",
            show_default=False,
        ),
    ] = "",
    git: Annotated[str, Option(help="Address of a Git repository, https or ssh.", show_default=False)] = "",
    oci: Annotated[str, Option(help="Registry and repository, as oci://…", show_default=False)] = "",
    http: Annotated[str, Option(help="Address of a file.", show_default=False)] = "",
    inline: Annotated[
        str, Option(help="Value of the label of ConfigMaps and Secrets with manifests.", show_default=False)
    ] = "",
    flux: Annotated[str, Option(help="Object of Flux, as KIND/NAMESPACE/NAME: GitRepository/flux-system/fleet.")] = "",
    branch: Annotated[str, Option(help="Of --git: branch to follow.", show_default=False)] = "",
    tag: Annotated[str, Option(help="Of --git and --oci: tag to read.", show_default=False)] = "",
    semver: Annotated[str, Option(help="Of --git and --oci: range of versions.", show_default=False)] = "",
    path: Annotated[
        list[str] | None,
        Option(help="Folder, with * and **, each match of which is a unit; may be repeated.", show_default=False),
    ] = None,
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
    interval: Annotated[str, Option(help="How often the source is asked, as a Go duration.", show_default=False)] = "",
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Create a VidraSync, or change it to what is given; or syncs of either kind, from a file.

    Example: vidra sync apply edge-apps --git https://git.example.com/fleet.git --branch main --path 'clusters/edge/*'
    """
    from vidra.cli.session import against
    from vidra.cli.sync_file import from_file

    revision = {"branch": branch, "tag": tag, "semver": semver}
    source = _source({"git": git, "oci": oci, "http": http, "inline": inline, "flux": flux}, revision, path or [])
    _check_options(file, name, source)
    destination = {
        "server": server,
        "namespace": to_namespace,
        "createNamespace": create_namespace,
        "reconcileOnEvents": reconcile_on_events,
    }
    bodies = from_file(file, *_kinds()) if file else [_sync(name, source, destination, interval)]
    for done in against(Place(kubeconfig, context), lambda client: _put(client, bodies)):
        echo(f"{done} applied")


@app.command("list")
def list_(output: OutputOption = Output.TABLE, kubeconfig: KubeconfigOption = "", context: ContextOption = "") -> None:
    """Show all syncs, of both kinds.

    Example: vidra sync list
    """
    from vidra.cli.commands.get import get as shown

    shown(None, syncs=True, output=output, kubeconfig=kubeconfig, context=context)


@app.command("get")
def get(
    name: Name, output: OutputOption = Output.TABLE, kubeconfig: KubeconfigOption = "", context: ContextOption = ""
) -> None:
    """Show one sync; where both kinds have one of the name, write isync/NAME or vsync/NAME.

    Example: vidra sync get edge-apps -o yaml
    """
    from vidra.cli.commands.get import get as shown

    shown([name], syncs=True, output=output, kubeconfig=kubeconfig, context=context)


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

    Example: vidra sync delete edge-apps --keep-objects
    """
    from vidra.cli.delete_resource import consequences, delete_resource
    from vidra.cli.options import seconds_of
    from vidra.cli.prompt import agreed
    from vidra.cli.session import against

    seconds = seconds_of(timeout)
    place = Place(kubeconfig, context)
    sync, made = against(place, lambda client: _look(client, name))
    echo(consequences([sync], made, keep=keep_objects), err=True)
    agreed(f"Delete the {sync.kind} {sync.metadata.name}?", yes=yes)
    against(place, lambda client: delete_resource(client, sync, keep=keep_objects, seconds=seconds if wait else None))
    echo(f"{sync.kind.lower()}/{sync.metadata.name} {'deleted' if wait else 'is being deleted'}")


def _source(addresses: dict[str, str], revision: dict[str, str], paths: list[str]) -> Json:
    """`spec.source` of these options; empty when no source is named.

    Raises:
        CommandError: There are several, or the object of Flux is not written as one.
    """
    from vidra.cli.errors import CommandError, Exit

    named = {kind: address for kind, address in addresses.items() if address}
    if len(named) > 1:
        raise CommandError(f"a sync has one source: give one of {', '.join(f'--{kind}' for kind in named)}", Exit.USAGE)
    for kind, address in named.items():
        if kind == "inline":
            return {kind: {"label": address}}
        if kind != "flux":
            return {kind: _given({"url": address, **revision, "paths": paths})}
        words = address.split("/")
        if len(words) != 3:
            raise CommandError(
                f"{address!r}: write KIND/NAMESPACE/NAME, as GitRepository/flux-system/fleet", Exit.USAGE
            )
        return {kind: _given(dict(zip(("kind", "namespace", "name"), words, strict=True)) | {"paths": paths})}
    return {}


def _check_options(file: str, name: str, source: Json) -> None:
    """Take a file that has everything in it, or what a sync needs."""
    from vidra.cli.errors import CommandError, Exit

    if file and (name or source):
        raise CommandError("--file has everything in it: give no name and no other options", Exit.USAGE)
    if not file and not (name and source):
        raise CommandError(
            "a sync needs a NAME and one of --git, --oci, --http, --inline and --flux, or a --file", Exit.USAGE
        )


def _kinds() -> tuple[str, ...]:
    from vidra.api.names import SYNC_PLURALS

    return tuple(SYNC_PLURALS)


def _sync(name: str, source: Json, destination: Json, interval: str) -> Json:
    """The VidraSync of these options; those that were not given stay out of it."""
    from vidra.api.names import API_VERSION, VIDRA_SYNC_KIND

    spec = _given({"source": source, "destination": _given(destination), "interval": interval})
    return {"apiVersion": API_VERSION, "kind": VIDRA_SYNC_KIND, "metadata": {"name": name}, "spec": spec}


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


async def _put(client: Client, bodies: list[Json]) -> list[str]:
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
    return [f"{body['kind'].lower()}/{body['metadata']['name']}" for body in bodies]


def _given(values: Json) -> Json:
    return {key: value for key, value in values.items() if value}
