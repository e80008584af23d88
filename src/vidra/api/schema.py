"""A structural OpenAPI v3 schema, as CRDs need it, from a msgspec type."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec.inspect as types

from vidra.api.meta import Meta

Schema = dict[str, Any]


def schema_of(model: type) -> Schema:
    """The schema of a model.

    Descriptions come from `Field(description=)`, or else from the docstring of the struct; limits, list types, rules
    and defaults from `extra_json_schema`. The defaults of the model stay out: the API server would write them into
    objects that are stored already.

    Raises:
        TypeError: A field has a type that has no place in a CRD.
    """
    return _schema(types.type_info(model))


def _schema(node: types.Type) -> Schema:
    match node:
        case types.Metadata():
            return _described(node)
        case types.UnionType():
            return _optional(node)
        case types.StructType():
            return {"type": "object"} if node.cls is Meta else _object(node)
        case types.DictType():
            return {"type": "object", **_values(node.value_type)}
        case types.VarTupleType():
            return {"type": "array", "items": _schema(node.item_type), "x-kubernetes-list-type": "atomic"}
        case _:
            return _scalar(node)


def _values(node: types.Type) -> Schema:
    """What the values of a map are; of any values the field has to say how they are kept."""
    return {} if isinstance(node, types.AnyType) else {"additionalProperties": _schema(node)}


def _scalar(node: types.Type) -> Schema:
    match node:
        case types.StrType():
            return {"type": "string"}
        case types.BoolType():
            return {"type": "boolean"}
        case types.IntType():
            return {"type": "integer", "format": "int64"}
        case types.EnumType():
            return {"type": "string", "enum": [str(member) for member in node.cls]}
        case types.LiteralType():
            return {"type": "string", "enum": sorted(map(str, node.values))}
    raise TypeError(f"a CRD cannot say {node}")


def _described(node: types.Metadata) -> Schema:
    """The annotation takes precedence over the type; the description comes first."""
    extra = node.extra_json_schema or {}
    description = {"description": extra["description"]} if "description" in extra else {}
    return {**description, **_schema(node.type), **extra}


def _optional(node: types.UnionType) -> Schema:
    """`X | None` is a field that may be missing: the API server drops null where `nullable` is not set."""
    known = [member for member in node.types if not isinstance(member, types.NoneType)]
    if len(known) == 2 and isinstance(known[0], types.BoolType) and isinstance(known[1], types.EnumType):
        # A boolean to which words were added: a schema with a type could not say both.
        return {"x-kubernetes-preserve-unknown-fields": True, "enum": [True, False, *map(str, known[1].cls)]}
    if len(known) != 1:
        raise TypeError(f"a CRD cannot say {node}")
    return _schema(known[0])


def _object(node: types.StructType) -> Schema:
    schema: Schema = {"description": inspect.cleandoc(node.cls.__doc__ or ""), "type": "object"}
    if required := [field.encode_name for field in node.fields if field.required]:
        schema["required"] = required
    schema["properties"] = {field.encode_name: _schema(field.type) for field in node.fields}
    return schema
