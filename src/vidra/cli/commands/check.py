"""`vidra check`: whether everything that Vidra needs is there, in order, and what to do about what is not."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from vidra.cli.options import (
    OWN_NAMESPACE,
    ContextOption,
    CredentialsNamespacesOption,
    KubeconfigOption,
    NamespaceOption,
    Output,
    OutputOption,
    Place,
)

Json = dict[str, Any]


def check(
    as_user: Annotated[
        str,
        typer.Option(
            "--as-account",
            help="Ask for the rights of this ServiceAccount (namespace:name) instead of yours.",
            show_default=False,
        ),
    ] = "",
    credentials_namespace: CredentialsNamespacesOption = None,
    output: OutputOption = Output.TABLE,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = "",
) -> None:
    """Look at cluster, version, definitions, rights, settings, credentials, Infrahub and destinations, in this order.

    Rights are those of who runs this, which is right for an operator with the same kubeconfig; for one in the cluster
    name its ServiceAccount. Infrahub and the destinations are asked from here: the operator may reach more, or less.

    Exit code 0 when nothing is wrong, 1 when something is.

    Example: vidra check --as-account vidra-system:vidra
    """
    import asyncio

    from vidra.cli.checks import checked
    from vidra.cli.kubeconfig_loading import connection
    from vidra.cli.output import show_value
    from vidra.cli.terminal import one_line, table

    way = connection(Place(kubeconfig, context))
    findings = asyncio.run(checked(way, as_user, (namespace, *(credentials_namespace or ()))))
    rows = [{"check": item.what, "result": item.result, "message": item.message} for item in findings]
    if output in {Output.JSON, Output.YAML}:
        show_value(rows, output)
    elif output is Output.NAME:
        for row in rows:
            typer.echo(one_line(f"{row['result']}/{row['check']}"))
    else:
        typer.echo(table(["CHECK", "RESULT", "MESSAGE"], [list(row.values()) for row in rows]))
    raise typer.Exit(1 if any(row["result"] == "problem" for row in rows) else 0)
