"""A text → the values of its documents, each with a number and a line; a broken one becomes a problem in its place."""

from collections.abc import Iterator
from typing import Any

import msgspec

from vidra.manifests.budget import Budget, Tally, repeated
from vidra.manifests.json_stream import JSONText, count_json
from vidra.manifests.limits import Limits
from vidra.manifests.problems import Problem, ProblemReason, RefusedError
from vidra.manifests.split import Chunk, split
from vidra.manifests.yaml_document import EMPTY, parse_yaml


class Document(msgspec.Struct, frozen=True):
    """One document that could be read."""

    number: int
    line: int
    value: Any
    warnings: tuple[Problem, ...] = ()


def documents(text: str, limits: Limits) -> Iterator[Document | Problem]:
    """The documents of a text in its order; empty ones are left out and not counted.

    Raises:
        RefusedError: There are too many.
    """
    budget, number = Budget(limits), 0
    for place, chunk in enumerate(split(text), 1):
        if place > limits.objects:
            raise too_many_objects(limits)
        for found in _documents(chunk, number + 1, budget):
            number += 1
            if number > limits.objects:
                raise too_many_objects(limits)
            yield found


def too_many_objects(limits: Limits) -> RefusedError:
    """What to say of a text with too many objects or documents."""
    message = f"the text holds more than {limits.objects:,} objects; divide it into several"
    return RefusedError(ProblemReason.TOO_MANY_OBJECTS, message)


def _documents(chunk: Chunk, number: int, budget: Budget) -> Iterator[Document | Problem]:
    if chunk.bad_separator:
        message = "only a comment may follow '---'; put the rest of this line on the next one"
        yield Problem(number, chunk.bad_separator, ProblemReason.INVALID_SEPARATOR, message)
        return
    reader = JSONText(chunk.text)
    if reader.more() and _charge(chunk.text, budget):
        for found in _json_documents(reader, chunk.line, number):
            number += 1
            yield found
    yield from _yaml_document(reader.rest(), chunk.line + reader.lines(), number, budget)


def _charge(text: str, budget: Budget) -> bool:
    """Take the nodes of a JSON text from the limits; what does not fit is read, and refused, as YAML."""
    nodes = count_json(text, budget.depth)
    if nodes is None or nodes > budget.nodes:
        return False
    budget.nodes -= nodes
    return True


def _json_documents(reader: JSONText, line: int, number: int) -> Iterator[Document | Problem]:
    while reader.more():
        here = line + reader.lines()
        try:
            value = reader.next()
        except ValueError:
            return
        if reader.unheld:
            message = "a number is too large for JSON; put it in quotes if it is text"
            yield Problem(number, here, ProblemReason.INVALID_VALUE, message)
        else:
            yield Document(number, here, value, tuple(repeated(key, number, here) for key in reader.repeated))
        number += 1


def _yaml_document(text: str, line: int, number: int, budget: Budget) -> Iterator[Document | Problem]:
    tally = Tally(budget, number)
    try:
        value = parse_yaml(text, line, tally) if text else EMPTY
    except RefusedError as error:
        yield Problem(number, error.line, error.reason, error.message)
    else:
        if value is not EMPTY:
            yield Document(number, line, value, tuple(tally.warnings))
