"""`vidra suspend` and `vidra resume`: hands off, and on again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra.cli.completion import names as complete
from vidra.cli.options import ContextOption, KubeconfigOption, Place
from vidra.cli.parsing import Argument, Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.kube.client import Client

Names = Annotated[list[str] | None, Argument(help="Names of syncs or VidraResources.", complete=complete)]
All = Annotated[bool, Option("--all", help="Every sync.")]


def suspend(
    names: Names = None, all_: All = False, kubeconfig: KubeconfigOption = "", context: ContextOption = ""
) -> None:
    """Stop fetching, applying and pruning for a sync or VidraResource; what is applied stays as it is.

    Example: vidra suspend webservers
    """
    _set(names, all_, Place(kubeconfig, context), wanted=True)


def resume(
    names: Names = None, all_: All = False, kubeconfig: KubeconfigOption = "", context: ContextOption = ""
) -> None:
    """Resume what was suspended.

    Example: vidra resume webservers
    """
    _set(names, all_, Place(kubeconfig, context), wanted=False)


def _set(names: list[str] | None, all_: bool, place: Place, *, wanted: bool) -> None:
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.session import against

    if bool(names) == all_:
        raise CommandError("name syncs or VidraResources, or say --all", Exit.USAGE)
    against(place, lambda client: _write(client, names or [], wanted=wanted))


async def _write(client: Client, names: list[str], *, wanted: bool) -> None:
    from vidra.kube.operations import merge_patch
    from vidra.views.hub_objects import syncs
    from vidra.views.resource_names import find, path_of, titled

    items = [await find(client, name) for name in names] if names else await syncs(client)
    for item in items:
        if item.spec.suspend == wanted:
            echo(f"{titled(item)}: {'is suspended already' if wanted else 'is not suspended'}")
            continue
        patch = {"metadata": {"uid": item.metadata.uid}, "spec": {"suspend": wanted}}
        await merge_patch(client, path_of(item), patch, type(item))
        echo(f"{titled(item)}: {'suspended' if wanted else 'resumed'}")
