"""A command: a function, and what its signature says about the words that it takes."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

from vidra.cli.parsing.declared import Completer, Declared

REQUIRED: Any = ...
"""In the place of a default: there is none."""


class Parameter(NamedTuple):
    """One parameter of a command."""

    name: str
    kind: type
    many: bool
    default: Any
    on: tuple[str, ...]
    """Names of an option; none for an argument."""
    off: tuple[str, ...]
    """Names that say no."""
    declared: Declared

    @property
    def is_flag(self) -> bool:
        """Whether it is an option that takes no value."""
        return bool(self.on) and self.kind is bool

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is REQUIRED

    @property
    def title(self) -> str:
        """What messages and help call it."""
        return self.on[-1] if self.on else (self.declared.metavar or self.name.strip("_")).upper()

    @property
    def choices(self) -> list[str]:
        """The only values that it takes; none: any."""
        return [str(each.value) for each in self.kind] if issubclass(self.kind, Enum) else []

    @property
    def complete(self) -> Completer | None:
        """What finds values for a shell."""
        return self.declared.complete


class Command:
    """A function that the command line calls."""

    def __init__(self, function: Callable[..., None], *, text: str = "", hidden: bool = False) -> None:
        self.function = function
        self.help = _dedented(text or function.__doc__ or "")
        self.hidden = hidden

    @cached_property
    def parameters(self) -> list[Parameter]:
        """In the order of the signature."""
        function: Any = self.function
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        defaults = function.__defaults__ or ()
        padded = [REQUIRED] * (len(names) - len(defaults)) + list(defaults)
        hints = typing.get_type_hints(function, include_extras=True)
        return [_parameter(name, hints[name], default) for name, default in zip(names, padded, strict=True)]

    @property
    def arguments(self) -> list[Parameter]:
        """Those that are given by their place."""
        return [each for each in self.parameters if not each.on]

    @property
    def options(self) -> list[Parameter]:
        """Those that are given by their name."""
        return [each for each in self.parameters if each.on]

    @property
    def summary(self) -> str:
        """Its first sentence."""
        return " ".join(self.help.partition("\n\n")[0].split()).removesuffix(".")


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    inner, declared = typing.get_args(hint)[:2]
    kind, many = _kind(inner)
    on, off = ((), ()) if declared.is_argument else _names(name, declared.names)
    return Parameter(name, kind, many, default, on, off, declared)


def _kind(hint: Any) -> tuple[type, bool]:
    """The type of one value, and whether there may be several."""
    if isinstance(hint, types.UnionType):
        (hint,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
    if typing.get_origin(hint) is list:
        return typing.get_args(hint)[0], True
    return hint, False


def _names(name: str, given: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not given:
        return (f"--{name.strip('_').replace('_', '-')}",), ()
    pairs = [each.partition("/") for each in sorted(given, key=lambda each: each.startswith("--"))]
    return tuple(on for on, _, _ in pairs), tuple(off for _, _, off in pairs if off)


def _dedented(text: str) -> str:
    """A docstring without the indent of its lines after the first."""
    first, _, rest = text.strip().partition("\n")
    lines = rest.split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join([first, *(line[indent:].rstrip() for line in lines)]).strip()
