"""`vidra infrahubsync`: which artifacts go where."""

from __future__ import annotations

from typing import Annotated, Any

from vidra.cli.options import (
    OWN_NAMESPACE,
    ContextOption,
    KubeconfigOption,
    NamespaceOption,
    Output,
    OutputOption,
    Place,
    YesOption,
)
from vidra.cli.parsing import Group, Option
from vidra.cli.sync_commands import (
    CreateNamespaceOption,
    EventsOption,
    KeepOption,
    Name,
    ServerOption,
    TimeoutOption,
    ToNamespaceOption,
    WaitOption,
    check_options,
    delete_sync,
    destination_of,
    given,
    put_syncs,
    sync_body,
)
from vidra.cli.terminal import echo

Json = dict[str, Any]

app = Group("InfrahubSyncs: which artifacts go where.")


@app.command("apply")
def apply(
    name: Name = "",
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
    server: ServerOption = "",
    to_namespace: ToNamespaceOption = "",
    create_namespace: CreateNamespaceOption = False,
    reconcile_on_events: EventsOption = False,
    interval: Annotated[str, Option(help="How often Infrahub is asked, as a Go duration.", show_default=False)] = "",
    export: Annotated[bool, Option("--export", help="Write it as YAML instead, and change nothing.")] = False,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Create a sync, or change it to what is given.

    Example: vidra infrahubsync apply webservers --url https://infrahub.example.com --artifact Webserver_Manifest
    """
    from vidra.api.names import SYNC_KIND
    from vidra.cli.session import against
    from vidra.cli.sync_file import from_file

    required = (name, url, artifact)
    check_options(file, given=any(required), enough=all(required), needs=", --url and --artifact")
    source = given({"infrahubAPIURL": url, "artifactName": artifact, "targetBranch": branch, "targetDate": date})
    destination = destination_of(server, to_namespace, create=create_namespace, on_events=reconcile_on_events)
    bodies = from_file(file) if file else [sync_body(SYNC_KIND, name, source, destination, interval)]
    if export:
        from vidra.manifests.write import write

        echo(write(bodies), nl=False)
        return
    against(Place(kubeconfig, context), lambda client: put_syncs(client, bodies))
    for body in bodies:
        done = body["metadata"]["name"]
        echo(f"infrahubsync/{done} applied")
        echo(f"see whether it works: vidra reconcile {done} --wait", err=True)


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
    keep_objects: KeepOption = False,
    wait: WaitOption = False,
    timeout: TimeoutOption = "10m",
    yes: YesOption = False,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Delete a sync; it says what that deletes in which cluster, and asks.

    Example: vidra infrahubsync delete webservers --keep-objects
    """
    place = Place(kubeconfig, context)
    delete_sync(place, f"isync/{name}", keep=keep_objects, wait=wait, timeout=timeout, yes=yes, namespace=namespace)
