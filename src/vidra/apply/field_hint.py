"""Which field a mistyped one may have meant, by the schema that the API server publishes (OpenAPI v3).

Asked for only when the server refuses a field that it does not know. No answer is no hint, and no error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vidra.common.nearest import did_you_mean
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError, KubeError

_UNKNOWN = re.compile(r"(?P<path>\.[^:\s]*?)\.?(?P<field>[A-Za-z0-9_-]+): field not declared in schema")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)")
_KEY = re.compile(r"\[[^\]]*\]")

Json = Mapping[str, Any]


async def field_hint(client: Client, kind: Kind, error: ApiError) -> str:
    """The end of a message about a field that the schema does not have; empty when nothing is near."""
    found = _UNKNOWN.search(str(error))
    if found is None:
        return ""
    group = f"apis/{kind.api_version}" if "/" in kind.api_version else f"api/{kind.api_version}"
    try:
        document: Json = await client.get(f"/openapi/v3/{group}", dict)
    except KubeError:
        return ""
    return did_you_mean(found["field"], fields_at(document, kind, found["path"]))


def fields_at(document: Json, kind: Kind, path: str) -> tuple[str, ...]:
    """The fields at a path such as `.spec.containers[name="web"].ports`; none if the schema has no such path."""
    schemas: Json = document.get("components", {}).get("schemas", {})
    schema = next((each for each in schemas.values() if _describes(each, kind)), None)
    for step in _STEP.findall(_KEY.sub("", path)):
        if schema is None:
            return ()
        schema = _properties(schema, schemas).get(step)
    return tuple(_properties(schema, schemas)) if schema else ()


def _describes(schema: Json, kind: Kind) -> bool:
    group, _, version = kind.api_version.rpartition("/")
    wanted = {"group": group, "version": version, "kind": kind.kind}
    return wanted in schema.get("x-kubernetes-group-version-kind", ())


def _properties(schema: Json, schemas: Json) -> dict[str, Json]:
    """The fields below a schema, which may be a reference, a list, or several in one."""
    return {name: field for part in _parts(schema, schemas) for name, field in part.get("properties", {}).items()}


def _parts(schema: Json, schemas: Json) -> Iterator[Json]:
    if reference := schema.get("$ref"):
        schema = schemas.get(str(reference).rpartition("/")[2], {})
    yield schema
    for part in (*schema.get("allOf", ()), *([schema["items"]] if "items" in schema else [])):
        yield from _parts(part, schemas)
