"""The `vidra` command."""

from __future__ import annotations

import typer

from vidra import __version__
from vidra.cli.crds import crds
from vidra.cli.health import health
from vidra.cli.manifest import manifest
from vidra.cli.operator import operator

app = typer.Typer(
    help="Vidra keeps the artifacts of Infrahub applied in Kubernetes clusters.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("operator")(operator)
app.command("crds")(crds)
app.command("manifest")(manifest)
app.command("health")(health)


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
    """Run the command."""
    app()
