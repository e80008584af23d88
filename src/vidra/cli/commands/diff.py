"""`vidra diff`: what reconciling would change, by a dry run of the API servers themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra.cli.completion import names as complete
from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, NamespaceOption, Place
from vidra.cli.parsing import Argument, Option
from vidra.cli.parsing.errors import FinishedError
from vidra.cli.terminal import echo, style

if TYPE_CHECKING:
    from vidra.kube.client import Client
    from vidra.views.diff import Diff


def diff(
    name: Annotated[str, Argument(help="Name of a sync or VidraResource.", complete=complete)],
    branch: Annotated[
        str, Option("--branch", "-b", help="Read this branch instead of the sync's.", show_default=False)
    ] = "",
    tag: Annotated[str, Option(help="Read this tag of a Git repository or image instead.", show_default=False)] = "",
    commit: Annotated[str, Option(help="Read this commit of a Git repository instead.", show_default=False)] = "",
    chart_version: Annotated[
        str, Option(help="Read this version of the chart, or range, instead.", show_default=False)
    ] = "",
    values: Annotated[
        str,
        Option(
            help="Render charts with the values in this file, over all others; '-' is standard input.",
            show_default=False,
        ),
    ] = "",
    date: Annotated[
        str,
        Option(
            "--date",
            help="Read Infrahub as it was then (2025-01-31T12:00:00Z, -2h) instead of at the sync's targetDate.",
            show_default=False,
        ),
    ] = "",
    file: Annotated[
        str,
        Option(
            "--file",
            "-f",
            help="For a VidraResource: take this text instead of its own; '-' is standard input.",
            show_default=False,
        ),
    ] = "",
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show what would change in the clusters, without changing anything.

    A sync is read from its source as it is now; with --branch from another branch: what a merge would change, with
    objects that would be created and deleted; with --date as it was then: what a rollback would change. Of a chart,
    --branch is the branch of Infrahub that its values come from. A VidraResource is compared with the text that it has.
    Everything is sent to the API servers as a server-side dry run, under the field manager of its owner, so that
    defaults, conflicts and refusals are those of a real reconcile. Values of Secrets are masked.

    Exit code 0: nothing would change. 3: something would. 1: the answer is unknown, or something would be refused.

    Example: vidra diff webservers --branch more-replicas
    """
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.session import against

    place = Place(kubeconfig, context)
    revision = {"branch": branch, "tag": tag, "commit": commit, "chart-version": chart_version, "date": date}
    elsewhere = {key: value for key, value in revision.items() if value}
    if (elsewhere or values) and file:
        option = next(iter(elsewhere), "values")
        raise CommandError(f"--{option} reads from the source and --file from a file: choose one", Exit.USAGE)
    found = against(place, lambda client: _diff(client, namespace, name, elsewhere, file, values))
    _show(found)
    raise FinishedError(Exit.FAILED if found.problems else Exit.DIFFERENT if found.objects else Exit.OK)


async def _diff(client: Client, namespace: str, name: str, elsewhere: dict[str, str], file: str, values: str) -> Diff:
    from vidra.api.sync import Sync
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.options import credentials_namespaces, source_hosts
    from vidra.cli.prompt import text_of
    from vidra.views.diff import diff_of_resource, diff_of_sync
    from vidra.views.dry_run import dry_run_session
    from vidra.views.resource_names import find

    item = await find(client, name)
    async with dry_run_session(client, credentials_namespaces(namespace), source_hosts()) as session:
        if isinstance(item, Sync):
            if file:
                raise CommandError("--file is for a VidraResource; a sync reads from its source", Exit.USAGE)
            return await diff_of_sync(session, item, elsewhere, text_of(values).encode() if values else None)
        if elsewhere or values:
            option = next(iter(elsewhere), "values")
            raise CommandError(f"--{option} is for a sync: a VidraResource has one text", Exit.USAGE)
        return await diff_of_resource(session, item, text_of(file).encode() if file else None)


def _show(found: Diff) -> None:
    from vidra.cli.terminal import one_line
    from vidra.cli.unified_diff import unified

    for change in found.objects:
        echo(_coloured(unified(change)))
    for note in found.notes:
        echo(f"note: {one_line(note)}", err=True)
    for problem in found.problems:
        echo(f"problem: {one_line(problem.message)} ({problem.reason})", err=True)
    number = len(found.objects)
    echo(f"{number or 'no'} object{'' if number == 1 else 's'} would change", err=True)


def _coloured(text: str) -> str:
    from vidra.cli.terminal import coloured

    if not coloured():
        return text
    colours = {"+": "green", "-": "red", "@": "cyan"}
    return "\n".join(style(line, fg=colours[line[0]]) if line[:1] in colours else line for line in text.split("\n"))
