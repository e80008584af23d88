"""`vidra cluster`: the clusters, besides its own, in which Vidra may apply."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from vidra.api.names import TARGET_LABEL
from vidra.cli.completion import contexts
from vidra.cli.labelled_objects import Labelled, add_delete, add_get, add_list
from vidra.cli.options import (
    OWN_NAMESPACE,
    ContextOption,
    KubeconfigOption,
    NamespaceOption,
    Place,
)
from vidra.cli.parsing import Argument, Group, Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.cli.output import Column
    from vidra.kube.client import Client

Json = dict[str, Any]

app = Group("Clusters that Vidra may apply to, in Secrets.")

LABEL = "cluster-kubeconfig"


@app.command("apply")
def apply(
    from_context: Annotated[
        str,
        Argument(help="Context of your kubeconfig that leads to the cluster to add.", complete=contexts),
    ],
    from_kubeconfig: Annotated[
        Path | None, Option(help="The kubeconfig with that context. Default: yours.", show_default=False)
    ] = None,
    token_file: Annotated[
        str,
        Option(
            help="File with the token of a ServiceAccount, instead of the context's user; '-' is standard input.",
            show_default=False,
        ),
    ] = "",
    name: Annotated[str, Option(help="Name of the Secret. Default: from the server.", show_default=False)] = "",
    target: Annotated[
        list[str] | None,
        Option(help="Name of what the cluster is for in Infrahub, where a sync routes by target; may be repeated."),
    ] = None,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Give Vidra a cluster: take a context of your own kubeconfig, reduced to what Vidra accepts.

    --context and --kubeconfig say where Vidra is, as everywhere. A user that logs in with a plugin (exec) is refused,
    because Vidra runs no programs: give the token of a ServiceAccount in that cluster instead.

    Example: kubectl --context edge-1 create token vidra | vidra cluster apply edge-1 --token-file -
    """
    from vidra.cli import apply_object as applying
    from vidra.cli.kubeconfig_export import reduced
    from vidra.cli.session import against
    from vidra.clusters.secret_index import marks_for

    server, text = reduced(from_kubeconfig or kubeconfig, from_context, token_file)
    labels, annotations = marks_for(server)
    own = name or applying.name_from("cluster", from_context)
    serves = {TARGET_LABEL: ",".join(target)} if target else {}
    body = applying.secret(own, namespace, labels, annotations | serves, {"kubeconfig": text})
    against(Place(kubeconfig, context), lambda client: applying.put(client, applying.SECRET, body))
    echo(f"secret/{body['metadata']['name']} applied in {namespace}; destinations name it as server: {server}")


async def _consequences(client: Client, item: Json) -> Sequence[str]:
    from vidra.views.hub_objects import resources

    servers = set(_servers(item))
    entries = [entry for resource in await resources(client) for entry in resource.inventory]
    left = sum(entry.server.rstrip("/") in servers for entry in entries)
    if not left:
        return ["Vidra has no objects in this cluster"]
    return [
        f"Vidra has {left} objects in this cluster: they stay as they are, and are no longer reconciled",
        "delete the syncs first if the objects should be deleted: afterwards a deletion waits for its deletionTimeout",
    ]


def _servers(item: Json) -> list[str]:
    """The servers of the kubeconfig in a Secret; none if it cannot be read."""
    import msgspec

    from vidra.kube.connection import NotConfiguredError
    from vidra.kube.kubeconfig import parse
    from vidra.kube.types import Secret

    try:
        config = parse(msgspec.convert(item, Secret).value("kubeconfig"))
    except (NotConfiguredError, ValueError):
        return []
    return [entry.cluster.server.rstrip("/") for entry in config.clusters]


def _columns() -> Sequence[Column]:
    from vidra.cli.labelled_objects import noted
    from vidra.cli.output import Column, age
    from vidra.common.urls import host_of

    return (
        Column("NAMESPACE", lambda item: item["metadata"]["namespace"]),
        Column("NAME", lambda item: item["metadata"]["name"]),
        Column("HOST", lambda item: host_of(noted(item, LABEL)) or item["metadata"]["labels"][LABEL]),
        Column("SERVER", lambda item: ", ".join(_servers(item)) or "unreadable"),
        Column("AGE", age),
    )


CLUSTERS = Labelled(
    "clusters",
    "Secret",
    "secrets",
    LABEL,
    columns=_columns,
    consequences=_consequences,
    name_help="Name of the Secret, namespace/name, or the host of the cluster.",
    label=LABEL,
    none=": everything goes to the cluster that Vidra runs in",
)
add_list(
    app,
    CLUSTERS,
    """Show the clusters that Vidra has a kubeconfig for; never what is in it.

    Example: vidra cluster list
    """,
)
add_get(
    app,
    CLUSTERS,
    """Show one; never its kubeconfig.

    Example: vidra cluster get edge-1.example.com
    """,
)
add_delete(
    app,
    CLUSTERS,
    """Remove a cluster from Vidra; it says what stays there, and asks.

    Example: vidra cluster delete edge-1.example.com
    """,
)
