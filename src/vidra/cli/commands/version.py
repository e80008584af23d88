"""`vidra version`: of this program, and of what it works with."""

from __future__ import annotations

from typing import Annotated

from vidra import __version__
from vidra.cli.options import ContextOption, KubeconfigOption, Output, OutputOption, Place
from vidra.cli.parsing import Option
from vidra.cli.terminal import echo


def version(
    client: Annotated[bool, Option("--client", help="Of this program only; no cluster is asked.")] = False,
    output: OutputOption = Output.TABLE,
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
    from vidra.views.versions import versions

    found = {"client": __version__}
    if not client:
        found |= reading(Place(kubeconfig, context), versions)
    if output in {Output.JSON, Output.YAML}:
        show_value(found, output)
        return
    for what, text in found.items():
        echo(f"{what + ':':<13}{text}")
