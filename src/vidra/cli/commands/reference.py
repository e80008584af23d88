"""`vidra reference`: the reference of all commands as Markdown, made from the commands themselves (docs/cli.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vidra.cli.parsing import Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.cli.parsing.command import Command, Parameter
    from vidra.cli.parsing.group import Group

_INTRODUCTION = """\
# The command line

*Made from the code by `vidra reference --output docs/cli.md`; a test holds the two together.*

`vidra` is the operator and the command for people in one. It needs no kubectl. It finds the cluster as kubectl does:
the files of `KUBECONFIG` (several count as one), `~/.kube/config`, or in a Pod its ServiceAccount; `--kubeconfig` and
`--context` choose another. These, `--namespace` and `--output` may stand before the verb as well. Users that log in
with a program (`exec`) work; in the operator itself, and in the Secrets of clusters, they do not.

Names are those of InfrahubSyncs, VidraSyncs or VidraResources; where several have the same name, write `isync/NAME`,
`vsync/NAME` or `vres/NAME`.
Values of Secrets are never shown, in no format. `NO_COLOR` turns colour off, and so does any standard output that is
no terminal. `vidra completion SHELL` makes the shell complete commands, options, contexts and names;
for names of a cluster that takes more than a second to answer, set `VIDRA_COMPLETION_SECONDS`.

## Exit codes

| code | meaning |
|---|---|
"""


def reference(
    output: Annotated[Path | None, Option(help="Write it into this file.", show_default=False)] = None,
) -> None:
    """Write the reference of all commands as Markdown.

    Example: vidra reference --output docs/cli.md
    """
    text = written()
    if output is None:
        echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def written() -> str:
    """The whole page."""
    from vidra.cli.main import PROGRAM, app

    return _INTRODUCTION + _codes() + "\n" + "\n".join(_pages(app, PROGRAM))


def _codes() -> str:
    """The exit codes with the sentences below them in the code."""
    import inspect

    from vidra.cli.errors import Exit

    texts = re.findall(r'^    """(.*)"""$', inspect.getsource(Exit), re.MULTILINE)[1:]
    return "".join(f"| {code.value} | {text} |\n" for code, text in zip(Exit, texts, strict=True))


def _pages(group: Group, path: str) -> Iterator[str]:
    from vidra.cli.parsing.command import Command

    for _, name, child in group.listed():
        if isinstance(child, Command):
            yield _page(child, f"{path} {name}")
        else:
            yield from _pages(child, f"{path} {name}")


def _page(command: Command, path: str) -> str:
    from vidra.cli.parsing.help import place

    before, _, example = command.help.partition("Example: ")
    parts = [f"## {path}", before.strip()]
    if example:
        parts.append(f"```sh\n{example.strip()}\n```")
    if command.arguments:
        parts.append(_table("argument", [(place(item), item) for item in command.arguments]))
    if command.options:
        parts.append(_table("option", [(", ".join((*item.on, *item.off)), item) for item in command.options]))
    return "\n\n".join(parts) + "\n"


def _table(title: str, rows: list[tuple[str, Parameter]]) -> str:
    from vidra.cli.parsing.help import meaning

    cells = [(name, meaning(item).replace("|", "\\|")) for name, item in rows]
    return "\n".join([f"| {title} | meaning |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in cells)])
