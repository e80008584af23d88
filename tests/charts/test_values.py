"""Each value of the chart is explained, checked by the schema and used; and nothing else is."""

import re
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

import vidra
from toolchain.release.version import parse
from vidra.cli.commands.operator import operator
from vidra.cli.commands.ui import ui

Json = dict[str, Any]
Where = tuple[str, ...]

AS_IN_KUBERNETES = {
    ("ui", "resources"),
    ("controllerManager", "manager", "resources"),
    ("controllerManager", "manager", "containerSecurityContext"),
    ("controllerManager", "podSecurityContext"),
}
"""Values that are whole pieces of a Pod: what is in them is the API server's to check."""


@pytest.fixture
def values(chart: Path) -> Json:
    read: Json = yaml.safe_load((chart / "values.yaml").read_text())
    return read


@pytest.fixture
def schema(chart: Path) -> Json:
    read: Json = msgspec.json.decode((chart / "values.schema.json").read_bytes())
    return read


def leaves(values: Json, at: Where = ()) -> Iterator[tuple[Where, Any]]:
    for key, value in values.items():
        where = (*at, key)
        if isinstance(value, dict) and value and where not in AS_IN_KUBERNETES:
            yield from leaves(value, where)
        else:
            yield where, value


def described(schema: Json, at: Where = ()) -> Iterator[tuple[Where, Json]]:
    for key, part in schema["properties"].items():
        where = (*at, key)
        if "properties" in part:
            assert part["additionalProperties"] is False, where
            yield from described(part, where)
        else:
            yield where, part


def test_the_schema_holds_exactly_the_values(values: Json, schema: Json) -> None:
    assert schema["additionalProperties"] is False
    helms_own = ("global",)
    assert {where for where, _ in described(schema)} - {helms_own} == {where for where, _ in leaves(values)}


def test_every_value_is_of_the_type_that_the_schema_says(values: Json, schema: Json) -> None:
    types = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}
    parts = dict(described(schema))
    for where, value in leaves(values):
        part = parts[where]
        if "enum" in part:
            assert value in part["enum"], where
        else:
            said = part["type"] if isinstance(part["type"], list) else [part["type"]]
            assert type(value) in [types[name] for name in said], where
        assert part["description"].endswith("."), where


def test_every_value_is_used_by_a_template(chart: Path, values: Json) -> None:
    text = "".join(file.read_text() for file in (chart / "templates").iterdir())
    unused = [where for where, _ in leaves(values) if not re.search(rf"\.{where[-1]}\b", text)]
    assert unused == []


def test_no_template_uses_what_is_no_value(chart: Path, values: Json) -> None:
    text = "".join(file.read_text() for file in (chart / "templates").iterdir())
    for path in set(re.findall(r"\.Values((?:\.\w+)+)", text)):
        found: Any = values
        for key in path.strip(".").split("."):
            assert key in found, path
            found = found[key]


def test_every_value_or_its_group_is_explained_in_place(chart: Path) -> None:
    """A comment above a value, or above the group that it stands in without an empty line between."""
    explained, missing = False, []
    for line in (chart / "values.yaml").read_text().splitlines():
        if line.lstrip().startswith("#"):
            explained = True
        elif not line:
            explained = False
        elif not explained:
            missing.append(line)
    assert missing == []


@pytest.mark.parametrize(
    ("file", "command", "one"), [("deployment", operator, "webhook-bind-address"), ("ui", ui, "in-cluster")]
)
def test_every_argument_is_one_of_the_command(chart: Path, file: str, command: Callable[..., None], one: str) -> None:
    given = set(re.findall(r"- --([a-z-]+)", (chart / "templates" / f"{file}.yaml").read_text()))
    assert one in given
    assert given <= {parameter.name.replace("_", "-") for parameter in signature(command).parameters.values()}


def test_the_chart_has_the_number_of_the_operator(chart: Path) -> None:
    about = yaml.safe_load((chart / "Chart.yaml").read_text())
    assert about["appVersion"] == vidra.__version__
    assert about["version"] == parse(vidra.__version__).semantic
