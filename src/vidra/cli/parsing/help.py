"""The help of commands and groups, in the order that kubectl gives: what it does, usage, example, flags."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from vidra.cli.parsing.command import Command, Parameter
from vidra.cli.parsing.group import Group


def help_of(path: str, node: Command | Group, width: int) -> str:
    """The text for a terminal of this width."""
    return _of_command(path, node, width) if isinstance(node, Command) else _of_group(path, node, width)


def usage(path: str, command: Command) -> str:
    """How it is written."""
    words = (place(each) for each in command.arguments)
    return " ".join([path, *words, *(["[flags]"] if command.options else [])])


def place(parameter: Parameter) -> str:
    """An argument in a usage line."""
    name = f"{parameter.title}..." if parameter.many else parameter.title
    return name if parameter.required else f"[{name}]"


def meaning(parameter: Parameter) -> str:
    """What a parameter means, with the values and the default that it has."""
    declared = parameter.declared
    text = declared.help
    if parameter.choices:
        text += f" One of {', '.join(parameter.choices)}."
    default = getattr(parameter.default, "value", parameter.default)
    if parameter.on and declared.show_default and not isinstance(default, bool) and default and not parameter.required:
        text += f" Default: {default}."
    if declared.envvar:
        text += f" Environment: {declared.envvar}."
    return text


def _of_command(path: str, command: Command, width: int) -> str:
    text, _, example = command.help.partition("Example: ")
    parts = ["\n\n".join(_wrapped(paragraph, width) for paragraph in text.strip().split("\n\n"))]
    parts.append(f"Usage:\n  {usage(path, command)}")
    if example:
        parts.append(f"Example:\n  {example.strip()}")
    if command.arguments:
        parts.append("Arguments:\n" + _rows([(place(each), meaning(each)) for each in command.arguments], width))
    options = [(_names(each), meaning(each)) for each in command.options]
    parts.append("Flags:\n" + _rows([*options, ("-h, --help", "Show this help.")], width))
    return "\n\n".join(parts)


def _of_group(path: str, group: Group, width: int) -> str:
    panels: dict[str, list[tuple[str, str]]] = {}
    for panel, name, child in group.listed():
        panels.setdefault(panel or "Commands", []).append((name, child.summary))
    parts = [_wrapped(group.help, width), f"Usage:\n  {path} COMMAND"]
    parts += [f"{panel}:\n{_rows(rows, width)}" for panel, rows in panels.items()]
    parts.append(f"{path} COMMAND --help says more about one of them.")
    return "\n\n".join(parts)


def _names(parameter: Parameter) -> str:
    short = [name for name in parameter.on if not name.startswith("--")]
    long = [name for name in (*parameter.on, *parameter.off) if name.startswith("--")]
    names = ", ".join([*short, *long])
    value = (
        "" if parameter.is_flag else f" {parameter.declared.metavar or _VALUES.get(parameter.kind.__name__, 'WORD')}"
    )
    return f"{names if short else f'    {names}'}{value}"


_VALUES = {"str": "TEXT", "int": "N", "Path": "PATH"}


def _wrapped(text: str, width: int) -> str:
    return "\n".join(wrap(" ".join(text.split()), width, break_long_words=False, break_on_hyphens=False))


def _rows(rows: Iterable[tuple[str, str]], width: int) -> str:
    found = list(rows)
    column = min(max(len(name) for name, _ in found), 30) + 5
    lines = []
    for name, text in found:
        told = wrap(text, max(width - column, 30), break_long_words=False, break_on_hyphens=False) or [""]
        if len(name) + 4 > column:
            lines.append(f"  {name}")
        else:
            told[0] = f"  {name}".ljust(column) + told[0]
        lines += [told[0] if len(name) + 4 <= column else " " * column + told[0]]
        lines += [" " * column + line for line in told[1:]]
    return "\n".join(line.rstrip() for line in lines)
