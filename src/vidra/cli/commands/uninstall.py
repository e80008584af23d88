"""`vidra uninstall`: takes Vidra out of a cluster, and never an object of yours by surprise."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, NamespaceOption, Place, YesOption
from vidra.cli.parsing import Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.kube.client import Client
    from vidra.views.resource_names import Item


class Objects(StrEnum):
    """What becomes of the objects in clusters."""

    KEEP = "keep"
    DELETE = "delete"


def uninstall(
    objects: Annotated[
        Objects | None,
        Option(help="What becomes of the objects that Vidra applied. There is no default.", show_default=False),
    ] = None,
    timeout: Annotated[str, Option(help="How long the operator may take for each sync, as a Go duration.")] = "10m",
    yes: YesOption = False,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Remove syncs, operator, rights, settings and CRDs.

    While syncs exist it refuses, unless --objects says what becomes of their objects. The operator must be running: it
    releases or deletes the objects. What `vidra install` made is removed; a Helm release is for `helm uninstall`, after
    this. The namespace stays, with the credentials in it.

    Example: vidra uninstall --objects keep
    """
    from vidra.cli.delete_resource import consequences
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.options import seconds_of
    from vidra.cli.prompt import agreed
    from vidra.cli.session import against
    from vidra.common.text import counted

    seconds = seconds_of(timeout)
    place = Place(kubeconfig, context)
    syncs, resources = against(place, _look)
    what = f"{counted(len(syncs), 'sync')} and {counted(len(resources), 'VidraResource')}"
    if (syncs or resources) and objects is None:
        raise CommandError(
            f"there are {what}; choose what becomes of their objects: "
            "--objects keep (they stay as they are) or --objects delete",
            Exit.USAGE,
        )
    keep = objects is Objects.KEEP
    echo(consequences(syncs, resources, keep=keep), err=True)
    agreed(f"Remove Vidra with {what}?", yes=yes)
    against(place, lambda client: _remove(client, namespace, keep=keep, seconds=seconds))
    echo(f"the namespace {namespace} stays, with what else is in it: kubectl delete namespace {namespace}")


async def _look(client: Client) -> tuple[list, list]:  # type: ignore[type-arg]
    from vidra.views.errors import ViewError
    from vidra.views.hub_objects import resources, syncs

    try:
        return await syncs(client), await resources(client)
    except ViewError:
        # Half of it may be gone already.
        return [], []


async def _remove(client: Client, namespace: str, *, keep: bool, seconds: float) -> None:
    from vidra.controllers.runtime.context import sync_of

    syncs, resources = await _look(client)
    for item in (*syncs, *(item for item in resources if not sync_of(item))):
        await _end(client, item, keep=keep, seconds=seconds, namespace=namespace)
    if any(await _look(client)):
        from vidra.cli.errors import CommandError

        raise CommandError("syncs or VidraResources came meanwhile: nothing else is removed, run it again")
    await _remove_parts(client, namespace)


async def _end(client: Client, item: Item, *, keep: bool, seconds: float, namespace: str) -> None:
    from vidra.cli.delete_resource import delete_resource
    from vidra.cli.errors import CommandError, Exit
    from vidra.views.resource_names import titled

    try:
        await delete_resource(client, item, keep=keep, seconds=seconds, namespace=namespace)
    except CommandError as error:
        raise CommandError(f"{error}; nothing else was removed", Exit.TIMEOUT) from None
    echo(f"{titled(item)}: deleted")


async def _remove_parts(client: Client, namespace: str) -> None:
    """Delete what `vidra install` made, the last first, and the definitions."""
    from vidra.api.crds import crds
    from vidra.cli.install_manifests import MADE_HERE
    from vidra.kube.operations import delete, look

    selector = ",".join(f"{key}={value}" for key, value in MADE_HERE.items())
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    for path in (
        f"/apis/apps/v1/namespaces/{namespace}/deployments",
        f"{rbac}/clusterrolebindings",
        f"{rbac}/clusterroles",
        f"{rbac}/namespaces/{namespace}/rolebindings",
        f"{rbac}/namespaces/{namespace}/roles",
        f"/api/v1/namespaces/{namespace}/serviceaccounts",
        f"/api/v1/namespaces/{namespace}/configmaps",
    ):
        await _remove_all(client, path, selector)
    for definition in crds():
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{definition['metadata']['name']}"
        if live := await look(client, path):
            await delete(client, path, uid=live.metadata.uid)
            echo(f"customresourcedefinition/{definition['metadata']['name']} deleted")


async def _remove_all(client: Client, path: str, selector: str) -> None:
    from vidra.kube.operations import delete
    from vidra.kube.partial_metadata import METADATA_LIST, LiveList

    found = await client.get(path, LiveList, accept=METADATA_LIST, query={"labelSelector": selector})
    for item in found.items or ():
        await delete(client, f"{path}/{item.metadata.name}", uid=item.metadata.uid)
        echo(f"{path.rpartition('/')[2].removesuffix('s')}/{item.metadata.name} deleted")
