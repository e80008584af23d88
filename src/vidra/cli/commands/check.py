"""`vidra check`: whether everything that Vidra needs is there, in order, and what to do about what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
from vidra.cli.parsing import Argument, Option
from vidra.cli.parsing.errors import FinishedError
from vidra.cli.terminal import echo
from vidra.views.checks.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from vidra.kube.client import Client
    from vidra.views.checks.finding import Finding


def check(
    parts: Annotated[list[Part] | None, Argument(help="What to look at. Default: everything.")] = None,
    as_user: Annotated[
        str,
        Option(
            "--as-account",
            help="Ask for the rights of this ServiceAccount (namespace:name) instead of yours.",
            show_default=False,
        ),
    ] = "",
    credentials_namespace: CredentialsNamespacesOption = None,
    output: OutputOption = Output.TABLE,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Look at API server, CRDs, operator, rights, settings, Infrahub and destinations, in this order.

    Rights are those of who runs this, which is right for an operator with the same kubeconfig; for one in the cluster
    name its ServiceAccount. Infrahub and the destinations are asked from here: the operator may reach more, or less.
    Each row is shown as soon as it is known, and none takes longer than 10 seconds.

    Exit code 0 when nothing is wrong, 1 when something is.

    Example: vidra check sources
    """
    from vidra.cli.output import show_value
    from vidra.cli.session import against

    namespaces = (namespace, *(credentials_namespace or ()))
    shown = _row if output in {Output.TABLE, Output.WIDE} else _name if output is Output.NAME else _nothing
    findings = against(Place(kubeconfig, context), lambda client: _all(client, as_user, namespaces, parts or (), shown))
    if output in {Output.JSON, Output.YAML}:
        show_value(findings, output)
    raise FinishedError(1 if any(finding.result == "problem" for finding in findings) else 0)


async def _all(
    client: Client,
    account: str,
    namespaces: Sequence[str],
    parts: Collection[Part],
    shown: Callable[[Finding], None],
) -> list[Finding]:
    """Every finding, each shown as soon as it is there."""
    from vidra.cli.options import source_hosts
    from vidra.views.checks.run import run_checks

    findings = []
    async for finding in run_checks(client, account, namespaces, parts, hosts=source_hosts()):
        shown(finding)
        findings.append(finding)
    return findings


def _row(finding: Finding) -> None:
    from vidra.cli.terminal import one_line, verdict

    what = one_line(finding.check)
    echo(f"{verdict(finding.result)}{' ' * (9 - len(finding.result))}{what}: {one_line(finding.message)}")


def _name(finding: Finding) -> None:
    from vidra.cli.terminal import one_line

    echo(one_line(f"{finding.result}/{finding.check}"))


def _nothing(_finding: Finding) -> None:
    """JSON and YAML are one text, which is written when all of it is there."""
