"""The health of each object of a text: pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from vidra.apply.health import Health, Status
from vidra.apply.health.custom_rules import Rules
from vidra.apply.health.fields import text as field
from vidra.manifests import Limits, Problem
from vidra.manifests.decode import decode
from vidra.manifests.documents import documents
from vidra.manifests.list_kinds import flatten
from vidra.manifests.problems import RefusedError


class ObjectHealth(msgspec.Struct, frozen=True):
    """An object, and how it is."""

    kind: str
    name: str
    """With its namespace, if it has one."""
    health: Health


class ManifestHealth(msgspec.Struct, frozen=True):
    """The answer."""

    objects: tuple[ObjectHealth, ...]
    """In the order of the text."""
    problems: tuple[Problem, ...]
    """The documents that could not be parsed; nothing is known of them."""

    @property
    def all_current(self) -> bool:
        """Whether every object that could be read is Current."""
        return all(item.health.status is Status.CURRENT for item in self.objects)


def health_of(text: bytes, rules: Rules) -> ManifestHealth:
    """The health of every object, also of one that occurs twice or has no name: it is evaluated, not applied."""
    objects: list[ObjectHealth] = []
    problems: list[Problem] = []
    for found in _objects(text):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            objects.append(ObjectHealth(field(found, "kind"), _name(found), rules.health_of(found)))
    return ManifestHealth(tuple(objects), tuple(problems))


def _objects(text: bytes) -> Iterator[dict[str, Any] | Problem]:
    limits = Limits()
    try:
        for found in documents(decode(text, limits), limits):
            if isinstance(found, Problem):
                yield found
                continue
            for path, body in flatten(found.value) if found.value is not None else ():
                if isinstance(body, RefusedError):
                    message = f"{path}: {body.message}" if path else body.message
                    yield Problem(found.number, found.line, body.reason, message)
                else:
                    yield body
    except RefusedError as error:
        yield Problem(0, error.line, error.reason, error.message)


def _name(item: dict[str, Any]) -> str:
    namespace, name = field(item, "metadata", "namespace"), field(item, "metadata", "name")
    return f"{namespace}/{name}" if namespace else name
