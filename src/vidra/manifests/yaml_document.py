"""The text of one YAML document → its value."""

from typing import Any

from yaml.events import DocumentEndEvent, DocumentStartEvent, StreamEndEvent

from vidra.manifests.budget import Tally
from vidra.manifests.problems import ProblemReason, RefusedError
from vidra.manifests.yaml_constructor import Constructor
from vidra.manifests.yaml_events import Events

EMPTY = object()
"""In place of a value: the text holds no document, only blanks, comments and document ends."""


def parse_yaml(text: str, line: int, tally: Tally) -> Any:
    """The value of a document; EMPTY for none.

    Raises:
        RefusedError: It is no YAML document, or too much of one.
    """
    events = Events(
        text if text.endswith("\n") else f"{text}\n", line
    )  # as kubectl: a block at the end has its newline
    try:
        return _only_document(events, tally)
    except RefusedError as error:
        raise RefusedError(error.reason, error.message, error.line or events.line()) from None


def _only_document(events: Events, tally: Tally) -> Any:
    events.next()
    if type(events.next()) is not DocumentStartEvent:
        return EMPTY
    value = Constructor(events, tally).document()
    end = events.next()
    if type(end) is not DocumentEndEvent or not _ends(events, after_dots=bool(end.explicit)):
        message = "kubectl ignores what follows '...'; start the next document with a line '---'"
        raise RefusedError(ProblemReason.INVALID_YAML, message)
    return value


def _ends(events: Events, *, after_dots: bool) -> bool:
    try:
        return type(events.next()) is StreamEndEvent
    except RefusedError:
        if after_dots:
            return False
        raise
