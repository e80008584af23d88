"""`vidra version`: of this program, and of what it works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra import __version__
from vidra.cli.options import (
    OWN_NAMESPACE,
    ContextOption,
    KubeconfigOption,
    NamespaceOption,
    Output,
    OutputOption,
    Place,
)
from vidra.cli.parsing import Option
from vidra.cli.terminal import echo, one_line

if TYPE_CHECKING:
    from vidra.kube.reader import Reader


def version(
    client: Annotated[bool, Option("--client", help="Of this program only; no cluster is asked.")] = False,
    output: OutputOption = Output.TABLE,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show the versions of this program, the operator, the CRDs and Kubernetes.

    Example: vidra version
    """
    if client and output is Output.TABLE:
        echo(f"vidra {__version__}")
        return
    from vidra.cli.output import show_value
    from vidra.cli.quick_session import reading

    found = {"client": __version__}
    if not client:
        found |= reading(Place(kubeconfig, context), lambda reader: _others(reader, namespace))
    if output in {Output.JSON, Output.YAML}:
        show_value(found, output)
        return
    for what, text in found.items():
        echo(f"{what + ':':<13}{one_line(text)}")


def _others(reader: Reader, namespace: str) -> dict[str, str]:
    """The versions of everything but this program."""
    from vidra.cli.at_work import at_work_here
    from vidra.views.versions import crd_versions, kubernetes_version, operator_versions

    kubernetes = kubernetes_version(reader)
    found = at_work_here(reader, namespace)
    working = [each.version or "older than this one" for each in found.operators if each.alive]
    return {
        "operator": operator_versions(working, found.sentence),
        "CRDs": crd_versions(reader),
        "Kubernetes": kubernetes,
    }
