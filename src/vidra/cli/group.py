"""A group of commands whose failures are one sentence on standard error."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from vidra.cli.exits import Exit, Failure, first, sentence
from vidra.cli.text import printable


class Commands(TyperGroup):
    """Runs one of its commands."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what may well go wrong ends in a sentence, a fault of Vidra in its traceback."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            cause = first(error)
            told = sentence(cause)
            if told is None:
                raise
            typer.echo(f"error: {printable(told)}", err=True)
            raise typer.Exit(cause.code if isinstance(cause, Failure) else Exit.FAILED) from None
