"""`vidra tree`: sync → VidraResource → object, each with its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra.cli.completion import names as complete
from vidra.cli.options import (
    OWN_NAMESPACE,
    ContextOption,
    KubeconfigOption,
    NamespaceOption,
    Output,
    OutputOption,
    Place,
)
from vidra.cli.parsing import Argument
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidra.kube.client import Client
    from vidra.views.tree import Node, ResourceNode


def tree(
    names: Annotated[
        list[str] | None,
        Argument(help="Names of syncs or VidraResources. Default: all.", complete=complete),
    ] = None,
    output: OutputOption = Output.TABLE,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show which objects come from which VidraResource and sync, whether they exist, and who else owns them.

    Example: vidra tree webservers
    """
    from vidra.cli.output import show_value
    from vidra.cli.session import against

    nodes = against(Place(kubeconfig, context), lambda client: _tree(client, namespace, names or []))
    if output in {Output.JSON, Output.YAML}:
        show_value(nodes, output)
    elif output is Output.NAME:
        for found in _flat(nodes):
            echo(f"{found.kind.lower()}/{found.name}")
    else:
        for node in nodes:
            echo("\n".join(tree_lines(node, wide=output is Output.WIDE)))


async def _tree(client: Client, namespace: str, names: list[str]) -> list[ResourceNode]:
    from vidra.cli.options import credentials_namespaces
    from vidra.views.dry_run import dry_run_session
    from vidra.views.tree import tree as tree_of

    async with dry_run_session(client, credentials_namespaces(namespace)) as session:
        return await tree_of(client, session, names)


def tree_lines(node: Node, *, wide: bool, first: str = "", rest: str = "") -> list[str]:
    """A tree as lines for a terminal; nothing in them steers one."""
    lines = [first + _line(node, wide=wide)]
    for number, child in enumerate(node.children):
        last = number == len(node.children) - 1
        lines += tree_lines(
            child, wide=wide, first=rest + ("└─ " if last else "├─ "), rest=rest + ("   " if last else "│  ")
        )
    return lines


def _line(node: Node, *, wide: bool) -> str:
    from vidra.cli.terminal import one_line, verdict
    from vidra.views.tree import ObjectNode, ResourceNode

    name = f"{node.kind} {node.name}" if isinstance(node, ResourceNode) else node.ref
    where = f" on {node.server}" if isinstance(node, ObjectNode) and node.server else ""
    why = f" ({node.reason})" if isinstance(node, ResourceNode) and node.reason else ""
    at = f" at {node.revision}" if isinstance(node, ResourceNode) and node.revision else ""
    message = f": {node.message}" if node.message and (wide or node.state != "ok") else ""
    owners = f" [also of {', '.join(node.owners)}]" if isinstance(node, ObjectNode) and node.owners else ""
    return f"{one_line(name + where)}  {verdict(node.state)}{one_line(why + at + message + owners)}"


def _flat(nodes: Sequence[Node]) -> list[Node]:
    """Everything that is, without objects that could not be applied."""
    return [found for node in nodes for found in (*([node] if node.kind else []), *_flat(node.children))]
