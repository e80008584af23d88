"""`vidra crds`: the CustomResourceDefinitions that this Vidra needs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from vidra.cli.parsing import Option
from vidra.cli.parsing.errors import FinishedError
from vidra.cli.terminal import echo


class Output(StrEnum):
    """How the definitions are written."""

    YAML = "yaml"
    JSON = "json"


def crds(
    output: Annotated[Output, Option("--output", "-o", help="Format on standard output.")] = Output.YAML,
    output_dir: Annotated[
        Path | None, Option(help="Write one YAML file per definition into this folder instead.")
    ] = None,
    check: Annotated[Path | None, Option(help="Compare with the files in this folder; fail when one differs.")] = None,
) -> None:
    """Print the CustomResourceDefinitions, for `kubectl apply --server-side -f -`.

    Example: vidra crds | kubectl apply --server-side -f -
    """
    if check is not None:
        _compare(check)
    elif output_dir is not None:
        _write(output_dir)
    else:
        echo(_text(output), nl=False)


def _text(output: Output) -> str:
    from vidra.api import crds as crd
    from vidra.manifests.write import write_json

    if output is Output.YAML:
        return "".join(f"---\n{crd.to_yaml(definition)}" for definition in crd.crds())
    items = {"apiVersion": "v1", "kind": "List", "items": crd.crds()}
    return write_json(items) + "\n"


def _files() -> dict[str, str]:
    """Name and text of the file for each definition; `helm show crds` puts nothing between files."""
    from vidra.api import crds as crd

    return {
        f"{definition['spec']['names']['plural']}.yaml": f"---\n{crd.to_yaml(definition)}" for definition in crd.crds()
    }


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _files().items():
        (folder / name).write_text(text, encoding="utf-8")


def _compare(folder: Path) -> None:
    differing = [str(folder / name) for name, text in _files().items() if not _holds(folder / name, text)]
    if differing:
        echo(f"not as the models say: {', '.join(differing)}; run: vidra crds --output-dir {folder}", err=True)
        raise FinishedError(1)


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
