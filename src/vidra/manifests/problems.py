"""What can be wrong with a text: the closed set of reasons, and one problem with its place."""

from enum import StrEnum

import msgspec


class ProblemReason(StrEnum):
    """Why a text, a document or an object was not read, or what to look at in one that was."""

    TOO_LARGE = "TooLarge"
    TOO_MANY_OBJECTS = "TooManyObjects"
    NOT_TEXT = "NotText"
    INVALID_YAML = "InvalidYAML"
    INVALID_SEPARATOR = "InvalidSeparator"
    TOO_DEEP = "TooDeep"
    TOO_MANY_NODES = "TooManyNodes"
    TOO_MANY_ALIASES = "TooManyAliases"
    INVALID_KEY = "InvalidKey"
    INVALID_VALUE = "InvalidValue"
    INVALID_MERGE = "InvalidMerge"
    NOT_AN_OBJECT = "NotAnObject"
    MISSING_KIND = "MissingKind"
    MISSING_API_VERSION = "MissingAPIVersion"
    MISSING_NAME = "MissingName"
    INVALID_FIELD = "InvalidField"
    INVALID_LIST = "InvalidList"
    DUPLICATE_KEY = "DuplicateKey"
    """A warning."""
    DUPLICATE_OBJECT = "DuplicateObject"
    """A warning."""


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with a text. The message says what to do and shows no value, which may be a secret."""

    document: int
    """Number of the document, from 1; 0 is the whole text."""
    line: int
    """Line of the text, from 1; 0 is unknown."""
    reason: ProblemReason
    message: str


class RefusedError(Exception):
    """A document or a part of it that cannot be read; becomes a problem.

    Attributes:
        line: Line of the text, from 1; 0 leaves it to whoever knows where the document starts.
    """

    def __init__(self, reason: ProblemReason, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.line = line


def shown(name: str) -> str:
    """A key or name as a message may show it: short and on one line, whatever it holds."""
    short = name if len(name) <= 60 else f"{name[:57]}..."
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in short)
