"""`vidra sync`: syncs of both kinds; what it makes from options is a VidraSync."""

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

app = Group("Syncs of both kinds: what goes where.")


@app.command("apply")
def apply(
    name: Name = "",
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
    helm: Annotated[
        str, Option(help="Address of a chart repository, with --chart; or of a chart, as oci://…", show_default=False)
    ] = "",
    http: Annotated[str, Option(help="Address of a file.", show_default=False)] = "",
    inline: Annotated[
        str, Option(help="Value of the label of ConfigMaps and Secrets with manifests.", show_default=False)
    ] = "",
    flux: Annotated[str, Option(help="Object of Flux, as KIND/NAMESPACE/NAME: GitRepository/flux-system/fleet.")] = "",
    branch: Annotated[str, Option(help="Of --git: branch to follow.", show_default=False)] = "",
    tag: Annotated[str, Option(help="Of --git and --oci: tag to read.", show_default=False)] = "",
    semver: Annotated[str, Option(help="Of --git and --oci: range of versions.", show_default=False)] = "",
    chart: Annotated[str, Option(help="Of --helm: name of the chart.", show_default=False)] = "",
    chart_version: Annotated[str, Option(help="Of --helm: version, or range of them.", show_default=False)] = "",
    path: Annotated[
        list[str] | None,
        Option(help="Folder, with * and **, each match of which is a unit; may be repeated.", show_default=False),
    ] = None,
    server: ServerOption = "",
    to_namespace: ToNamespaceOption = "",
    create_namespace: CreateNamespaceOption = False,
    reconcile_on_events: EventsOption = False,
    interval: Annotated[str, Option(help="How often the source is asked, as a Go duration.", show_default=False)] = "",
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Create a VidraSync, or change it to what is given; or syncs of either kind, from a file.

    Example: vidra sync apply edge-apps --git https://git.example.com/fleet.git --branch main --path 'clusters/edge/*'
    """
    from vidra.api.names import SYNC_PLURALS, VIDRA_SYNC_KIND
    from vidra.cli.session import against
    from vidra.cli.sync_file import from_file

    revision = {"branch": branch, "tag": tag, "semver": semver}
    addresses = {"git": git, "oci": oci, "helm": helm, "http": http, "inline": inline, "flux": flux}
    source = _source(addresses, {**revision, "chart": chart, "version": chart_version}, path or [])
    check_options(
        file,
        given=bool(name or source),
        enough=bool(name and source),
        needs=" and one of --git, --oci, --helm, --http, --inline and --flux",
    )
    destination = destination_of(server, to_namespace, create=create_namespace, on_events=reconcile_on_events)
    made = sync_body(VIDRA_SYNC_KIND, name, source, destination, interval)
    bodies = from_file(file, *SYNC_PLURALS) if file else [made]
    against(Place(kubeconfig, context), lambda client: put_syncs(client, bodies))
    for body in bodies:
        echo(f"{body['kind'].lower()}/{body['metadata']['name']} applied")


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
    keep_objects: KeepOption = False,
    wait: WaitOption = False,
    timeout: TimeoutOption = "10m",
    yes: YesOption = False,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Delete a sync; it says what that deletes in which cluster, and asks.

    Example: vidra sync delete edge-apps --keep-objects
    """
    place = Place(kubeconfig, context)
    delete_sync(place, name, keep=keep_objects, wait=wait, timeout=timeout, yes=yes, namespace=namespace)


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
            return {kind: given({"url": address, **revision, "paths": paths})}
        words = address.split("/")
        if len(words) != 3:
            raise CommandError(
                f"{address!r}: write KIND/NAMESPACE/NAME, as GitRepository/flux-system/fleet", Exit.USAGE
            )
        return {kind: given(dict(zip(("kind", "namespace", "name"), words, strict=True)) | {"paths": paths})}
    return {}
