"""The code says what the API says: words that were retired for the field's own do not come back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/design/vocabulary.md"


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def words(identifier: str) -> set[str]:
    """`ClusterEventHandler` → cluster, event, handler."""
    return {part.lower() for part in re.split(r"_+|(?<=[a-z0-9])(?=[A-Z])", identifier) if part}


def test_a_retired_word_names_nothing() -> None:
    retired = set(re.findall(r"`(\w+)`", PAGE.read_text().split("## Retired words")[1].split(":", 1)[1]))
    assert "journeys" in retired
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / "src/vidra").rglob("*.py"))
        for name in {path.stem, *identifiers(ast.parse(path.read_text()))}
        if words(name) & retired
    ]
    assert found == []


def test_every_module_of_the_page_is_there() -> None:
    table = PAGE.read_text().split("## Retired words")[0]
    named = re.findall(r"`([a-z_]+/[\w/.]*)`", table)
    assert len(named) > 30
    assert [name for name in named if not (ROOT / "src/vidra" / name).exists()] == []
