"""`vidra diff`: what a pass would change, rehearsed by the API servers themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vidra.cli.completion import names as complete
from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, NamespaceOption, Place

if TYPE_CHECKING:
    from vidra.api.resource import ObjectProblem, VidraResource
    from vidra.api.sync import InfrahubSync
    from vidra.cli.dry_run import Stage
    from vidra.controllers.resource.dry_run import DryRunResult
    from vidra.controllers.sync.artifacts.diff import SyncProblem
    from vidra.kube.client import Client


def diff(
    name: Annotated[str, typer.Argument(help="Name of a sync or VidraResource.", autocompletion=complete)],
    branch: Annotated[
        str, typer.Option("--branch", "-b", help="Read this Infrahub branch instead of the sync's.", show_default=False)
    ] = "",
    date: Annotated[
        str,
        typer.Option(
            "--date",
            help="Read Infrahub as it was then (2025-01-31T12:00:00Z, -2h) instead of at the sync's targetDate.",
            show_default=False,
        ),
    ] = "",
    file: Annotated[
        str,
        typer.Option(
            "--file",
            "-f",
            help="For a VidraResource: take this text instead of its own; '-' is standard input.",
            show_default=False,
        ),
    ] = "",
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = "",
) -> None:
    """Show what would change in the clusters, without changing anything.

    A sync is read from Infrahub as it is now; with --branch from another branch: what a merge would change, with
    objects that would be created and deleted; with --date as it was then: what a rollback would change. A
    VidraResource is compared with the text that it has. Everything is sent to the API servers as a server-side dry run,
    under the field manager of its owner, so that defaults, conflicts and refusals are those of a real pass. Values of
    Secrets are masked.

    Exit code 0: nothing would change. 3: something would. 1: it cannot be told, or something would be refused.

    Example: vidra diff webservers --branch add-frontend
    """
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.session import against

    place = Place(kubeconfig, context)
    if (branch or date) and file:
        raise CommandError("--branch and --date read from Infrahub and --file from a file: choose one", Exit.USAGE)
    elsewhere = {key: value for key, value in (("target_branch", branch), ("target_date", date)) if value}
    raise typer.Exit(against(place, lambda client: _run(client, namespace, name, elsewhere, file)))


async def _run(client: Client, namespace: str, name: str, elsewhere: dict[str, str], file: str) -> int:
    from vidra.api.sync import InfrahubSync
    from vidra.cli.dry_run import stage
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.hub_client import find

    item = await find(client, name)
    async with stage(client, namespace) as here:
        if isinstance(item, InfrahubSync):
            if file:
                raise CommandError("--file is for a VidraResource; a sync reads from Infrahub", Exit.USAGE)
            preview, troubles = await _of_sync(here, item, elsewhere)
        elif elsewhere:
            raise CommandError("--branch and --date are for a sync: a VidraResource has one text", Exit.USAGE)
        else:
            preview, troubles = await _of_resource(here, item, file), ()
        changed = _show(here, preview)
    return _ended(preview, troubles, changed=changed)


async def _of_sync(
    here: Stage, sync: InfrahubSync, elsewhere: dict[str, str]
) -> tuple[DryRunResult, tuple[SyncProblem, ...]]:
    import msgspec

    from vidra.cli.dry_run import proposed

    if elsewhere:
        source = msgspec.structs.replace(sync.spec.source, **elsewhere)
        sync = msgspec.structs.replace(sync, spec=msgspec.structs.replace(sync.spec, source=source))
    found = await proposed(here, sync)
    # What stays as it is has nothing to do with another branch or date; without one, its drift belongs to the answer.
    kept = [] if elsewhere else [await here.stored(item) for item in found.kept]
    preview = await here.rehearsed([*found.changes, *kept])
    preview.notes += [remark.message for remark in found.remarks]
    return preview, found.troubles


async def _of_resource(here: Stage, resource: VidraResource, file: str) -> DryRunResult:
    from vidra.cli.prompt import text_of
    from vidra.controllers.resource.dry_run import DryRunInput

    text = text_of(file).encode() if file else None
    return await here.rehearsed([DryRunInput(resource, text) if text is not None else await here.stored(resource)])


def _show(here: Stage, preview: DryRunResult) -> int:
    """Write the differences; how many there are."""
    from vidra.cli.unified_diff import diff as written
    from vidra.cli.unified_diff import differs, title

    objects = [(server, write.before, write.after) for server, write in here.clusters.writes()]
    objects += [("", None, item.body) for item in preview.new]
    changed = [
        (title(after or before or {}, server), server, before, after)
        for server, before, after in objects
        if differs(before, after)
    ]
    for _, server, before, after in sorted(changed, key=lambda entry: (entry[1], entry[0])):
        typer.echo(_coloured(written(before, after, server)))
    return len(changed)


def _ended(preview: DryRunResult, troubles: tuple[SyncProblem, ...], *, changed: int) -> int:
    from vidra.cli.errors import Exit
    from vidra.cli.terminal import one_line

    for note in preview.notes:
        typer.echo(f"note: {one_line(note)}", err=True)
    problems: list[SyncProblem | ObjectProblem] = [*troubles, *preview.problems]
    for problem in problems:
        typer.echo(f"problem: {one_line(problem.message)} ({problem.reason})", err=True)
    typer.echo(f"{changed or 'no'} object{'' if changed == 1 else 's'} would change", err=True)
    if problems:
        return Exit.FAILED
    return Exit.DIFFERENT if changed else Exit.OK


def _coloured(text: str) -> str:
    from vidra.cli.terminal import coloured

    if not coloured():
        return text
    colours = {"+": "green", "-": "red", "@": "cyan"}
    return "\n".join(
        typer.style(line, fg=colours[line[0]]) if line[:1] in colours else line for line in text.split("\n")
    )
