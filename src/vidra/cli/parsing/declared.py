"""What a function says of a parameter that is filled from the command line: `name: Annotated[str, Argument(...)]`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Completer = Callable[[Mapping[str, Any], str], list[str]]
"""Values for what was typed so far, given the parameters before it."""


class Declared(NamedTuple):
    """A parameter's description."""

    names: tuple[str, ...]
    """`-o`, `--output`, or `--on/--off`; empty: from the parameter's name, or for an argument none."""
    help: str
    is_argument: bool = False
    metavar: str = ""
    envvar: str = ""
    complete: Completer | None = None
    min: int | None = None
    show_default: bool = True


def Argument(
    *,
    help: str,
    metavar: str = "",
    complete: Completer | None = None,
) -> Declared:
    """A parameter that is given by its place."""
    return Declared((), help, is_argument=True, metavar=metavar, complete=complete)


def Option(
    *names: str,
    help: str,
    metavar: str = "",
    envvar: str = "",
    complete: Completer | None = None,
    min: int | None = None,
    show_default: bool = True,
) -> Declared:
    """A parameter that is given by its name; without names, `--` and the parameter's."""
    return Declared(names, help, metavar=metavar, envvar=envvar, complete=complete, min=min, show_default=show_default)
