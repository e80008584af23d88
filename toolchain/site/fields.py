"""Every field of a resource as a table, from its definition, which is made from the models in ``vidra.api``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

_Schema = dict[str, Any]
_LIMITS: Final = {
    "pattern": "matches",
    "minimum": "at least",
    "maximum": "at most",
    "minLength": "characters, at least",
    "maxLength": "characters, at most",
    "minItems": "items, at least",
    "maxItems": "items, at most",
}


def field_page(definition: Path) -> str:
    """Return the page of a definition: spec and status, a row for each field however deep it stands."""
    body = msgspec.yaml.decode(definition.read_bytes())
    kind, singular = body["spec"]["names"]["kind"], body["spec"]["names"]["singular"]
    (version,) = body["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]
    about = (
        f"`{body['spec']['group']}/{version['name']}`, as the API server has it. What the fields do, with examples: "
        f"[{kind}](../spec/{singular}.md). `[]` stands for each item of a list, `{{}}` for each value of a map."
    )
    lines = [f"# {kind}: every field", "", about]
    for part in ("spec", "status"):
        inner = schema["properties"][part]
        lines += ["", f"## {part}", "", inner.get("description", ""), ""]
        lines += ["| field | type | what it is |", "|---|---|---|"]
        lines += [_row(path, field, required=needed) for path, field, needed in _fields(inner)]
        lines += ["", *_rules(inner)]
    return "\n".join(lines) + "\n"


def _fields(schema: _Schema, at: str = "") -> Iterator[tuple[str, _Schema, bool]]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        path = f"{at}{name}"
        yield path, field, name in required
        yield from _inside(field, path)


def _inside(field: _Schema, path: str) -> Iterator[tuple[str, _Schema, bool]]:
    if "properties" in field:
        yield from _fields(field, f"{path}.")
    for key, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(field.get(key), dict):
            yield from _inside(field[key], f"{path}{mark}")


def _row(path: str, field: _Schema, *, required: bool) -> str:
    said = [field.get("description", ""), "Required." if required else "", *_allowed(field)]
    if "default" in field:
        said.append(f"Default: {_value(field['default'])}.")
    return f"| {_value(path)} | {_type(field)} | {' '.join(part for part in said if part)} |"


def _allowed(field: _Schema) -> Iterator[str]:
    if "enum" in field:
        yield f"One of {', '.join(_value(value) for value in field['enum'])}."
    for key, words in _LIMITS.items():
        if key in field:
            yield f"{words[:1].upper()}{words[1:]} {_value(field[key])}."


def _type(field: _Schema) -> str:
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    if isinstance(field.get("additionalProperties"), dict):
        return f"map of {_type(field['additionalProperties'])}"
    return str(field.get("format") or field.get("type") or "any")


def _rules(schema: _Schema) -> Iterator[str]:
    """What the API server checks across fields."""
    rules = [rule.get("message", rule["rule"]) for rule in schema.get("x-kubernetes-validations", ())]
    if rules:
        yield "The API server also refuses what breaks one of these:"
        yield ""
        yield from (f"- {rule}" for rule in rules)


def _value(value: object) -> str:
    """A value as code in a cell: a bar would end the cell."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"`{text}`".replace("|", "\\|") if text else '`""`'
