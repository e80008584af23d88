"""The `vidra` command."""

from __future__ import annotations

from collections.abc import Callable

import typer

from vidra import __version__
from vidra.cli.commands import cluster, config, credentials, infrahub, infrahubsync, sync
from vidra.cli.commands.approve import approve
from vidra.cli.commands.check import check
from vidra.cli.commands.crds import crds
from vidra.cli.commands.diff import diff
from vidra.cli.commands.events import events
from vidra.cli.commands.export import export
from vidra.cli.commands.get import get
from vidra.cli.commands.health import health
from vidra.cli.commands.install import install
from vidra.cli.commands.logs import logs
from vidra.cli.commands.manifest import manifest
from vidra.cli.commands.operator import operator
from vidra.cli.commands.reconcile import reconcile
from vidra.cli.commands.reference import reference
from vidra.cli.commands.suspend import resume, suspend
from vidra.cli.commands.trace import trace
from vidra.cli.commands.tree import tree
from vidra.cli.commands.uninstall import uninstall
from vidra.cli.errors import Commands

app = typer.Typer(
    cls=Commands,
    help="Vidra keeps the artifacts of Infrahub applied in Kubernetes clusters.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_LOOK, _ACT, _SET_UP, _RUN = "Look", "Act", "Set up", "Run and write"
_COMMANDS: dict[str, tuple[Callable[..., None], ...]] = {
    _LOOK: (get, tree, trace, diff, events, logs, check),
    _ACT: (reconcile, suspend, resume, approve),
    _SET_UP: (install, uninstall, export),
    _RUN: (operator, crds, manifest, health),
}
for panel, commands in _COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
for name, noun in (
    ("sync", sync.app),
    ("infrahubsync", infrahubsync.app),
    ("credentials", credentials.app),
    ("cluster", cluster.app),
    ("config", config.app),
    ("infrahub", infrahub.app),
):
    app.add_typer(noun, name=name, rich_help_panel=_SET_UP)
app.command(hidden=True)(reference)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vidra {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Vidra keeps the artifacts of Infrahub applied in Kubernetes clusters."""


def main() -> None:
    """Run the command, which has one name however it was started."""
    app(prog_name="vidra")
