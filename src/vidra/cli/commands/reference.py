"""`vidra reference`: the reference of all commands as Markdown, made from the commands themselves (docs/cli.md)."""

from __future__ import annotations

import inspect
import re
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

_INTRODUCTION = """\
# The command line

*Made from the code by `vidra reference --output docs/cli.md`; a test holds the two together.*

`vidra` is the operator and the command for people in one. It needs no kubectl. It finds the cluster as kubectl does:
the files of `KUBECONFIG` (several count as one), `~/.kube/config`, or in a Pod its ServiceAccount; `--kubeconfig` and
`--context` choose another. Users that log in with a program (`exec`) work; in the operator itself, and in the Secrets
of clusters, they do not.

Names are those of InfrahubSyncs, VidraSyncs or VidraResources; where several have the same name, write `isync/NAME`,
`vsync/NAME` or `vres/NAME`.
Values of Secrets are never shown, in no format. `NO_COLOR` turns colour off, and so does any standard output that is
no terminal. `vidra --install-completion` makes the shell complete commands, options, contexts and names;
for names of a cluster that takes more than a second to answer, set `VIDRA_COMPLETION_SECONDS`.

## Exit codes

| code | meaning |
|---|---|
"""


def reference(
    output: Annotated[Path | None, typer.Option(help="Write it into this file.", show_default=False)] = None,
) -> None:
    """Write the reference of all commands as Markdown.

    Example: vidra reference --output docs/cli.md
    """
    text = written()
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def written() -> str:
    """The whole page."""
    from vidra.cli.main import app

    root = typer.main.get_command(app)
    return _INTRODUCTION + _codes() + "\n" + "\n".join(_pages(root, "vidra"))


def _codes() -> str:
    """The exit codes with the sentences below them in the code."""
    from vidra.cli.errors import Exit

    texts = re.findall(r'^    """(.*)"""$', inspect.getsource(Exit), re.MULTILINE)[1:]
    return "".join(f"| {code.value} | {text} |\n" for code, text in zip(Exit, texts, strict=True))


def _pages(command: Any, path: str) -> list[str]:
    if not hasattr(command, "commands"):
        return [_page(command, path)]
    pages = []
    for name, child in command.commands.items():
        if not child.hidden:
            pages += _pages(child, f"{path} {name}")
    return pages


def _page(command: Any, path: str) -> str:
    text = inspect.cleandoc(command.help or "")
    before, _, example = text.partition("Example: ")
    parts = [f"## {path}", before.strip()]
    if example:
        parts.append(f"```sh\n{example.strip()}\n```")
    arguments = [item for item in command.params if item.param_type_name == "argument"]
    options = [item for item in command.params if item.param_type_name == "option" and item.name != "help"]
    if arguments:
        parts.append(_table("argument", [(_usage(item), _help(item)) for item in arguments]))
    if options:
        parts.append(_table("option", [(_names(item), _help(item)) for item in options]))
    return "\n\n".join(parts) + "\n"


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    return "\n".join([f"| {title} | meaning |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in rows)])


def _usage(item: Any) -> str:
    name = (item.metavar or item.name).upper()
    name = f"{name}..." if item.nargs == -1 else name
    return name if item.required else f"[{name}]"


def _names(item: Any) -> str:
    return ", ".join((*item.opts, *item.secondary_opts))


def _help(item: Any) -> str:
    text = str(item.help or "").replace("|", "\\|")
    kind = item.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        text += f" One of {', '.join(str(choice.value) for choice in kind)}."
    if item.param_type_name == "option" and item.show_default and not isinstance(item.default, bool) and item.default:
        text += f" Default: {getattr(item.default, 'value', item.default)}."
    if item.envvar:
        text += f" Environment: {item.envvar}."
    return text
