"""`vidra check`: whether everything that Vidra needs is there, in order, and what to do about what is not."""

from __future__ import annotations

from typing import Annotated

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
    from vidra.cli.options import source_hosts
    from vidra.cli.output import show_value
    from vidra.cli.session import against
    from vidra.cli.terminal import one_line, table
    from vidra.views.checks.run import run_checks

    namespaces = (namespace, *(credentials_namespace or ()))
    findings = against(
        Place(kubeconfig, context), lambda client: run_checks(client, as_user, namespaces, source_hosts())
    )
    if output in {Output.JSON, Output.YAML}:
        show_value(findings, output)
    elif output is Output.NAME:
        for finding in findings:
            typer.echo(one_line(f"{finding.result}/{finding.check}"))
    else:
        rows = [(finding.check, finding.result, finding.message) for finding in findings]
        typer.echo(table(["CHECK", "RESULT", "MESSAGE"], rows))
    raise typer.Exit(1 if any(finding.result == "problem" for finding in findings) else 0)
