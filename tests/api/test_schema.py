from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import pytest

from vidra.api.crds import crds, to_yaml
from vidra.api.schema import schema_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(msgspec.Struct, rename="camel"):
    """A part."""

    part_name: str
    colour: Colour = Colour.RED


class Whole(msgspec.Struct, rename="camel"):
    """The whole."""

    parts: Annotated[tuple[Part, ...], msgspec.Meta(description="Its parts.")] = ()
    count: int | None = None
    size: Annotated[str | None, msgspec.Meta(extra_json_schema={"maxLength": 3, "default": "big"})] = None


def fields(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property below a schema, with its path."""
    for name, value in schema.get("properties", {}).items():
        yield f"{path}.{name}", value
        yield from fields(value, f"{path}.{name}")
        yield from fields(value.get("items", {}), f"{path}.{name}[]")


def test_a_model_becomes_a_structural_schema() -> None:
    assert schema_of(Whole) == {
        "description": "The whole.",
        "type": "object",
        "properties": {
            "parts": {
                "description": "Its parts.",
                "type": "array",
                "items": {
                    "description": "A part.",
                    "type": "object",
                    "required": ["partName"],
                    "properties": {
                        "partName": {"type": "string"},
                        "colour": {"type": "string", "enum": ["red", "blue"]},
                    },
                },
                "x-kubernetes-list-type": "atomic",
            },
            "count": {"type": "integer", "format": "int64"},
            "size": {"type": "string", "maxLength": 3, "default": "big"},
        },
    }


@pytest.mark.parametrize("kind", [float, int | str, bytes])
def test_a_type_that_has_no_place_in_a_crd_is_refused(kind: Any) -> None:
    model = msgspec.defstruct("Odd", [("field", kind)])
    with pytest.raises(TypeError, match="a CRD cannot say"):
        schema_of(model)


@pytest.mark.parametrize("definition", crds(), ids=lambda definition: str(definition["spec"]["names"]["kind"]))
class TestOurs:
    def test_every_field_has_a_description(self, definition: dict[str, Any]) -> None:
        schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
        silent = [path for path, field in fields(schema) if not field.get("description")]
        # The API server describes these three itself.
        assert sorted(silent) == [".apiVersion", ".kind", ".metadata"]

    def test_only_the_branch_has_a_default_that_is_written_into_objects(self, definition: dict[str, Any]) -> None:
        schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
        found = {path.rpartition(".")[2] for path, field in fields(schema) if "default" in field}
        assert found <= {"targetBranch"}

    def test_the_yaml_has_no_anchors(self, definition: dict[str, Any]) -> None:
        assert "&id" not in to_yaml(definition)
