"""`vidra trace`: where a live object comes from, back to the data in Infrahub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra.cli.options import (
    OWN_NAMESPACE,
    AllNamespacesOption,
    ContextOption,
    KubeconfigOption,
    Output,
    OutputOption,
    Place,
)
from vidra.cli.parsing import Argument, Option
from vidra.cli.parsing.errors import FinishedError
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.kube.client import Client
    from vidra.views.trace import OtherManager, Trace


def trace(
    item: Annotated[
        list[str],
        Argument(metavar="KIND/NAME", help="The object, or KIND NAME; kinds as kubectl takes them: deploy/web."),
    ],
    namespace: Annotated[
        str,
        Option(
            "--namespace",
            "-n",
            help="Namespace of the object. Default: the one in which Vidra has an object of this name, or default.",
            show_default=False,
        ),
    ] = "",
    _all_namespaces: AllNamespacesOption = False,
    server: Annotated[
        str,
        Option(
            help="API server of the cluster it is in, as destinations name it. Default: where Vidra runs.",
            show_default=False,
        ),
    ] = "",
    output: OutputOption = Output.TABLE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show which artifact, sync, branch and checksum an object comes from, and who else has fields of it.

    Infrahub is asked who changed the artifact last, and after which merge; where it does not say, nothing is shown.

    It reads the object's field managers, which nobody can write by mistake. Exit code 1 when no VidraResource has it.

    Example: vidra trace deploy/web
    """
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.output import show_value
    from vidra.cli.session import against

    kind, _, name = "/".join(item).partition("/")
    if not (kind and name) or "/" in name:
        raise CommandError(f"{' '.join(item)!r}: write KIND/NAME, such as deployment/frontend", Exit.USAGE)
    found = against(Place(kubeconfig, context), lambda client: _trace(client, kind, name, namespace, server))
    if output in {Output.JSON, Output.YAML}:
        show_value(found, output)
    elif output is Output.NAME:
        for origin in found.origins:
            echo(f"vidraresource/{origin.resource}")
    else:
        echo("\n".join(_lines(found)))
    raise FinishedError(Exit.OK if found.origins else Exit.FAILED)


async def _trace(client: Client, kind: str, name: str, namespace: str, server: str) -> Trace:
    from vidra.cli.options import credentials_namespaces
    from vidra.views.dry_run import dry_run_session
    from vidra.views.trace import trace as trace_of

    async with dry_run_session(client, credentials_namespaces(OWN_NAMESPACE)) as session:
        return await trace_of(client, session, kind, name, namespace=namespace, server=server)


_TITLES = {
    "resource": "VidraResource",
    "ready": "Ready",
    "health": "Health",
    "sync": "Sync",
    "source": "Source",
    "revision": "Revision",
    "author": "Author",
    "infrahub": "Infrahub",
    "branch": "Branch",
    "date": "At",
    "artifact": "Artifact",
    "artifact_id": "Artifact id",
    "checksum": "Checksum",
    "applied_checksum": "Applied",
    "changed": "Changed",
    "page": "Page",
    "generated": "Generated",
    "merge": "After merge",
}


def _lines(found: Trace) -> list[str]:
    from vidra.cli.terminal import one_line

    where = f" on {found.server}" if found.server else ""
    lines = [one_line(found.object + where)]
    if not found.origins:
        lines.append("  no VidraResource has it: Vidra did not apply it")
    for origin in found.origins:
        facts = ((title, getattr(origin, field)) for field, title in _TITLES.items())
        lines += ["", *(f"  {title + ':':<15}{one_line(fact)}" for title, fact in facts if fact)]
        if not origin.sync:
            lines.append("  created by hand, not by a sync")
    if found.listed_by:
        lines.append(f"  in the inventory of, without a field of it: {', '.join(found.listed_by)}")
    if found.others:
        lines += ["", "  other field managers:", *(f"    {_other(other)}" for other in found.others)]
    return lines


def _other(other: OtherManager) -> str:
    from vidra.cli.terminal import one_line

    words = (other.manager, other.operation, other.subresource, other.time, other.note)
    return one_line(" ".join(word for word in words if word))
