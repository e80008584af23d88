"""Words → values of parameters: options anywhere, `--` ends them, `-ojson` and `--output=json` are one word."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from vidra.cli.parsing.command import Command, Parameter
from vidra.cli.parsing.errors import UsageError, suggestion

HELP = ("-h", "--help")


class HelpWantedError(Exception):
    """One of the words asks for help."""


def parse(command: Command, words: list[str]) -> dict[str, Any]:
    """A value for each parameter.

    Raises:
        UsageError: They do not fit the command.
        HelpWantedError: Help is what they ask for.
    """
    given, places = scan(command, words, partial=False)
    given |= by_place(command, places)
    return {each.name: _value(each, given.get(each.name, [])) for each in command.parameters}


def scan(command: Command, words: list[str], *, partial: bool) -> tuple[dict[str, list[str]], list[str]]:
    """The texts given for each option, and the words that are none.

    Args:
        partial: The command line is not complete yet: what cannot be understood is left out.

    Raises:
        UsageError: There is no such option, or it lacks its value.
        HelpWantedError: Help is asked for.
    """
    known = {name: each for each in command.options for name in (*each.on, *each.off)}
    given: dict[str, list[str]] = {}
    places: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            places += rest
        elif word == "-" or not word.startswith("-"):
            places.append(word)
        else:
            try:
                for parameter, text in _options(word, known, rest):
                    given.setdefault(parameter.name, []).append(text)
            except (UsageError, HelpWantedError):
                if not partial:
                    raise
    return given, places


def by_place(command: Command, places: list[str]) -> dict[str, list[str]]:
    """The texts given for each argument: what takes many takes what is left.

    Raises:
        UsageError: There are too many.
    """
    given, left = {}, list(places)
    for each in command.arguments:
        number = len(left) if each.many else 1
        if taken := left[:number]:
            given[each.name] = taken
        left = left[number:]
    if left:
        raise UsageError(f"unexpected argument: {' '.join(left)}")
    return given


def _options(word: str, known: Mapping[str, Parameter], rest: Iterator[str]) -> Iterator[tuple[Parameter, str]]:
    """What one word with a dash says, with the next one where that is its value."""
    if word in HELP:
        raise HelpWantedError
    name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
    parameter = known.get(name)
    if parameter is None:
        raise UsageError(f"no such option: {name}{suggestion(name, [*known, *HELP]) if len(name) > 2 else ''}")
    if parameter.is_flag:
        if equals:
            if value.lower() not in {"true", "false"}:
                raise UsageError(f"{name} takes no value")
            yield parameter, value.lower()
            return
        yield parameter, str(name in parameter.on).lower()
        if value:
            yield from _options(f"-{value}", known, rest)
        return
    if not equals and not value:
        value = next(rest, None) or _missing(name, parameter)
    yield parameter, value.removeprefix("=") if not equals and name == word[:2] else value


def _missing(name: str, parameter: Parameter) -> str:
    raise UsageError(f"{name} needs a value{_one_of(parameter)}")


def _value(parameter: Parameter, texts: list[str]) -> Any:
    if not texts and (around := os.environ.get(parameter.declared.envvar)):
        texts = around.split() if parameter.many else [around]
    if not texts:
        if parameter.required:
            raise UsageError(f"{parameter.title} is missing{_one_of(parameter)}")
        return parameter.default
    values = [_converted(parameter, text) for text in texts]
    return values if parameter.many else values[-1]


def _converted(parameter: Parameter, text: str) -> Any:
    kind: Any = parameter.kind
    if kind is bool:
        return text.lower() in {"true", "1", "yes"}
    try:
        value = kind(text)
    except ValueError:
        what = _one_of(parameter) or ": a number is needed"
        raise UsageError(f"{parameter.title} {text!r}{what}{suggestion(text, parameter.choices)}") from None
    least = parameter.declared.min
    if least is not None and value < least:
        raise UsageError(f"{parameter.title} {text}: {least} or more is needed")
    return value


def _one_of(parameter: Parameter) -> str:
    return f": one of {', '.join(parameter.choices)}" if issubclass(parameter.kind, Enum) else ""
