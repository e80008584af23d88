"""What requests carry, checked as Infrahub checks it."""

from __future__ import annotations

import json

from aiohttp import web

from testkit.infrahub.answers import invalid


class UnreadableError(Exception):
    """Ends a request with 422."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def read_login(body: bytes) -> tuple[str, str]:
    """Username and password."""
    given = _json(body)
    if not isinstance(given, dict):
        raise UnreadableError(_no_object(given))
    found = []
    for field in ("username", "password"):
        if field not in given:
            raise UnreadableError(invalid("missing", ["body", field], "Field required", given))
        if not isinstance(given[field], str):
            raise UnreadableError(
                invalid("string_type", ["body", field], "Input should be a valid string", given[field])
            )
        found.append(given[field])
    return found[0], found[1]


def read_variables(body: bytes) -> dict[str, object] | UnreadableError:
    """The variables of a query; a wrong shape is told only after branch, date and account were found good."""
    given = _json(body) if body else {}
    if not isinstance(given, dict):
        return UnreadableError(_no_object(given))
    variables = given.get("variables", {})
    if isinstance(variables, dict):
        return variables
    return UnreadableError(invalid("dict_type", ["body", "variables"], "Input should be a valid dictionary", variables))


def read_document(body: bytes) -> tuple[str, dict[str, object]]:
    """A GraphQL document with its variables."""
    given = _json(body)
    if not isinstance(given, dict) or not isinstance(given.get("query"), str):
        raise UnreadableError(_no_object(given))
    variables = given.get("variables")
    return given["query"], variables if isinstance(variables, dict) else {}


def _no_object(given: object) -> web.Response:
    message = "Input should be a valid dictionary or object to extract fields from"
    return invalid("model_attributes_type", ["body"], message, given)


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        reason = {"error": "Expecting value"}
        raise UnreadableError(invalid("json_invalid", ["body", 0], "JSON decode error", {}, ctx=reason)) from None
