"""Removes an object's values from the API server's messages about it: pure.

Field names, what is wrong, what would be right, and the object's name stay. Replaced are

- what stands where API servers quote a value (`Invalid value: …`, `expected list, got …`), whatever it is;
- quoted text that is a value of the object, or a line or a word of one;
- values of the object, lines and words of them of at least six characters, anywhere (webhooks use any wording, and
parsers
  name the part that is wrong).

Switches and numbers as short as a port stay, and words of lower-case letters alone, because messages are made of such
words. What a policy derives from a value (its start, in capitals) cannot be recognized.

Invariant: the work is proportional to the message plus the object, not to their product. A refused object is often a
very large one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from vidra.kube.errors import TOLD
from vidra.manifests import Ref

MASK = "***"
TELLING = 6
"""From so many characters on, a value is replaced anywhere; shorter ones would break words apart."""
_WORDS = frozenset(
    {"array", "boolean", "container", "conflict", "default", "denied", "duplicate", "exceeded", "expected", "failed"}
    | {"failure", "field", "forbidden", "immutable", "integer", "invalid", "missing", "number", "object", "request"}
    | {"required", "scalar", "schema", "string", "unknown", "unsupported", "value", "webhook"}
)
"""The words of messages themselves."""
_PROSE = re.compile(r"[a-z]*|-?\d{1,5}")
_RUN = re.compile(r"\w+")
_EDGES = "\"'`,;:()[]{}<>"
_QUOTE = re.compile(r"(?:(?:Invalid|Unsupported|Duplicate) value|Not found): |\bgot (?=[&\[{\"`'\d-])")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|\'[^\']*\'')
_OPENING = re.compile(r"[&*\w.\[\]]*[{\[(]")
_PLAIN = re.compile(r"true|false|null|nil|<nil>|-?\d{1,5}(?![\w.])")
_END = re.compile(r": |, |[\n\]]|$")
_RIGHT = re.compile(r'(supported values: "[^"]*"(?:, "[^"]*")*)')
"""What would be right, which the API server knows by itself."""


def masked(message: str, ref: Ref, body: Mapping[str, Any] | None = None) -> str:
    """The message without values of the object.

    Args:
        ref: The object, whose name and kind stay.
        body: The object that was sent; without it only quoted values are recognized.
    """
    known = {ref.name, ref.namespace, ref.kind, ref.api_version, ref.group, ref.api_version.rpartition("/")[2]}
    message = message[:TOLD]
    values = _heard(message, body or {}) - known - {key for key in _keys(body or {}) if key in message}
    telling = sorted((value for value in values if len(value) >= TELLING), key=len, reverse=True)
    patterns = [_whole(value) for value in telling if value.lower() not in _WORDS]
    parts = _RIGHT.split(_without_quoted(message, known))
    return "".join(part if number % 2 else _without(part, values, patterns) for number, part in enumerate(parts))


def _heard(message: str, body: Mapping[str, Any]) -> set[str]:
    """The parts of the message that are a value of the object, or a line or a word of one."""
    words = {word for word in _words(message) if not _PROSE.fullmatch(word)}
    found: set[str] = set()
    for value in _values(body):
        found |= words.intersection(_words(value))
        found.update(line for line in _lines(value) if line in message)
    return found


def _lines(value: str) -> Iterator[str]:
    """A value, and the lines of one that has several."""
    yield from {value, value.strip()}
    yield from (line.strip() for line in value.splitlines() if line.strip())


def _words(text: str) -> Iterator[str]:
    """The words between spaces, and what a parser takes them for: runs of letters and digits."""
    yield from (word.strip(_EDGES) for word in text.split())
    yield from _RUN.findall(text)


def _without(text: str, values: Collection[str], patterns: Iterable[re.Pattern[str]]) -> str:
    """Without the object's values: in quotation marks any, elsewhere only distinctive ones."""
    text = _TEXT.sub(lambda found: _unless_known(found[0], values), text)
    for pattern in patterns:
        text = pattern.sub(MASK, text)
    return text


def _whole(value: str) -> re.Pattern[str]:
    """The value where it is not part of a longer word, such as a name."""
    before = r"(?<!\w)" if value[0].isalnum() else ""
    after = r"(?!\w)" if value[-1].isalnum() else ""
    return re.compile(before + re.escape(value) + after)


def _without_quoted(text: str, known: Iterable[str]) -> str:
    """Without the text where an API server quotes a value."""
    parts, at = [], 0
    while found := _QUOTE.search(text, at):
        end = _end(text, found.end())
        value = text[found.end() : end]
        stays = value.strip("\"`'") in known or _PLAIN.fullmatch(value) is not None or not value
        parts += [text[at : found.end()], value if stays else MASK]
        at = end
    return "".join((*parts, text[at:]))


def _end(text: str, start: int) -> int:
    """Where a quoted value ends; an unclosed one ends with the text."""
    if found := _TEXT.match(text, start):
        return found.end()
    if found := _OPENING.match(text, start):
        return _closed(text, found.end())
    if found := _PLAIN.match(text, start):
        return found.end()
    end = _END.search(text, start)
    return end.start() if end else len(text)


def _closed(text: str, at: int) -> int:
    depth = 1
    while depth and at < len(text):
        if found := _TEXT.match(text, at):
            at = found.end()
            continue
        depth += (text[at] in "{[(") - (text[at] in "}])")
        at += 1
    return at


def _unless_known(quoted: str, values: Collection[str]) -> str:
    return f"{quoted[0]}{MASK}{quoted[-1]}" if quoted[1:-1] in values else quoted


def _values(item: Any) -> Iterator[str]:
    """Every text and every number in an object."""
    if isinstance(item, Mapping):
        for value in item.values():
            yield from _values(value)
    elif isinstance(item, (list, tuple)):
        for value in item:
            yield from _values(value)
    elif isinstance(item, (int, float)) and not isinstance(item, bool):
        yield str(item)
    elif isinstance(item, str) and item.strip():
        yield item


def _keys(item: Any) -> Iterator[str]:
    """The names of all fields, which messages contain."""
    if isinstance(item, Mapping):
        for key, value in item.items():
            yield str(key)
            yield from _keys(value)
    elif isinstance(item, (list, tuple)):
        for value in item:
            yield from _keys(value)
