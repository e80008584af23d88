"""`vidra approve`: agrees to a prune that Vidra holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra.cli.completion import names as complete
from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, NamespaceOption, Place, YesOption
from vidra.cli.parsing import Argument
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.kube.client import Client
    from vidra.views.held_prune import HeldObject, HeldPrune


def approve(
    name: Annotated[str, Argument(help="Name of a sync or VidraResource.", complete=complete)],
    yes: YesOption = False,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show which deletions wait for approval, and approve them if you agree.

    You approve exactly the set that is shown: if it changes meanwhile, Vidra holds it again.

    Example: vidra approve webservers
    """
    from vidra.cli.prompt import agreed
    from vidra.cli.session import against
    from vidra.cli.terminal import printable
    from vidra.common.text import counted

    place = Place(kubeconfig, context)
    held = against(place, lambda client: _held(client, namespace, name))
    if held is None:
        echo(f"{name}: nothing is waiting for approval")
        return
    for each in held.objects:
        echo(printable(_line(each)))
    agreed(f"Delete {counted(len(held.objects), 'object')}?" if held.objects else "Delete them?", yes=yes)
    against(place, lambda client: _annotate(client, name, held.id))
    echo(f"{name}: approved {held.id}")


async def _held(client: Client, namespace: str, name: str) -> HeldPrune | None:
    from vidra.cli.options import credentials_namespaces
    from vidra.views.held_prune import held_prune
    from vidra.views.resource_names import find

    item = await find(client, name)
    return await held_prune(client, item, credentials_namespaces(namespace))


async def _annotate(client: Client, name: str, held: str) -> None:
    from vidra.api.names import APPROVE_PRUNE
    from vidra.kube.operations import merge_patch
    from vidra.views.resource_names import find, path_of

    item = await find(client, name)
    patch = {"metadata": {"uid": item.metadata.uid, "annotations": {APPROVE_PRUNE: held}}}
    await merge_patch(client, path_of(item), patch, type(item))


def _line(held: HeldObject) -> str:
    where = f" on {held.server}" if held.server else ""
    return f"{held.ref}{where}{f', of {held.resource}' if held.resource else ''}"
