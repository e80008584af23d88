"""`vidra config`: the settings that take effect without a restart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from vidra.cli.labelled_objects import Labelled, add_delete, add_list
from vidra.cli.options import (
    OWN_NAMESPACE,
    ContextOption,
    KubeconfigOption,
    NamespaceOption,
    Output,
    OutputOption,
    Place,
)
from vidra.cli.parsing import Group, Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.cli.output import Column
    from vidra.kube.client import Client
    from vidra.kube.types import ConfigMap

Json = dict[str, Any]

app = Group("Settings of the operator, in a ConfigMap.")

NAME = "vidra-config"


@app.command("apply")
def apply(
    requeue_sync_after: Annotated[
        str, Option(help="How often Infrahub is asked, as a Go duration.", show_default=False)
    ] = "",
    requeue_resources_after: Annotated[
        str, Option(help="How often objects are compared with their manifest.", show_default=False)
    ] = "",
    query_name: Annotated[str, Option(help="Name of the stored query in Infrahub.", show_default=False)] = "",
    event_based_reconcile: Annotated[
        bool | None,
        Option(
            "--event-based-reconcile/--no-event-based-reconcile",
            help="Revert drift as soon as it is seen.",
            show_default=False,
        ),
    ] = None,
    log_level: Annotated[
        str, Option(help="Least severity that is logged: debug, info, warning, error.", show_default=False)
    ] = "",
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Change settings; what is not named stays as it is.

    Example: vidra config apply --requeue-sync-after 30s --event-based-reconcile
    """
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.session import against
    from vidra.controllers.runtime.settings import read

    flag = "" if event_based_reconcile is None else str(event_based_reconcile).lower()
    given = {
        "requeueSyncAfter": requeue_sync_after,
        "requeueResourcesAfter": requeue_resources_after,
        "queryName": query_name,
        "eventBasedReconcile": flag,
        "logLevel": log_level,
    }
    data = {key: value for key, value in given.items() if value}
    if not data:
        raise CommandError("name at least one setting (vidra config apply --help)", Exit.USAGE)
    _, complaints = read(data)
    if complaints:
        raise CommandError("; ".join(item.partition("; the default")[0] for item in complaints), Exit.USAGE)
    name = against(Place(kubeconfig, context), lambda client: _write(client, namespace, data))
    echo(f"configmap/{name} applied")


async def _consequences(_client: Client, _item: Json) -> Sequence[str]:
    return ["the defaults will be in force, at once; no object in any cluster is touched"]


def _columns() -> Sequence[Column]:
    from vidra.cli.output import Column, age

    return (
        Column("NAMESPACE", lambda item: item["metadata"]["namespace"]),
        Column("NAME", lambda item: item["metadata"]["name"]),
        Column(
            "SETTINGS",
            lambda item: ", ".join(f"{key}={value}" for key, value in sorted((item.get("data") or {}).items())),
        ),
        Column("AGE", age),
    )


SETTINGS = Labelled(
    "settings",
    "ConfigMap",
    "configmaps",
    "app=vidra",
    columns=_columns,
    consequences=_consequences,
    name_help="Name of the ConfigMap, or namespace/name.",
    name_default=NAME,
)
add_list(
    app,
    SETTINGS,
    """Show the ConfigMaps that hold settings of Vidra.

    Example: vidra config list
    """,
)


@app.command("get")
def get(
    output: OutputOption = Output.TABLE,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show the settings in force, and where each comes from.

    Example: vidra config get
    """
    from vidra.cli.output import show_value
    from vidra.cli.session import against
    from vidra.cli.terminal import one_line, table
    from vidra.views.settings import settings_in_force

    source = against(Place(kubeconfig, context), lambda client: _chosen(client, namespace))
    found = settings_in_force(source)
    if output in {Output.JSON, Output.YAML}:
        show_value({item.key: item.value for item in found.settings}, output)
    elif output is Output.NAME:
        echo(f"configmap/{source.metadata.name}" if source else "", nl=source is not None)
    else:
        rows = [(item.key, item.value, item.source or "default") for item in found.settings]
        echo(table(["SETTING", "VALUE", "FROM"], rows))
    for complaint in found.complaints:
        echo(f"warning: {one_line(complaint)}", err=True)


add_delete(
    app,
    SETTINGS,
    """Delete settings, so that the defaults are in force again; it asks.

    Example: vidra config delete
    """,
)


async def _chosen(client: Client, namespace: str) -> ConfigMap | None:
    from vidra.controllers.runtime.settings import chosen
    from vidra.views.hub_objects import config_maps

    return chosen(await config_maps(client, namespace), namespace)


async def _write(client: Client, namespace: str, data: dict[str, str]) -> str:
    """Change the ConfigMap that counts, or make one."""
    from vidra.cli.apply_object import CONFIG_MAP, put
    from vidra.kube.operations import merge_patch
    from vidra.kube.types import PartialObjectMetadata

    found = await _chosen(client, namespace)
    if found is None:
        metadata = {"name": NAME, "namespace": namespace, "labels": {"app": "vidra"}}
        await put(client, CONFIG_MAP, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
        return NAME
    meta = found.metadata
    patch = {"metadata": {"uid": meta.uid}, "data": data}
    await merge_patch(client, CONFIG_MAP.path(meta.namespace, meta.name), patch, PartialObjectMetadata)
    return meta.name
