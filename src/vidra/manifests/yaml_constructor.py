"""The events of a YAML document → its value, counted on the way.

Maps and lists nest no deeper than the limit lets them, so the recursion here is bounded. Aliases share what they
stand for until the whole document is read and known to be small enough.
"""

from typing import Any

from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from vidra.manifests.budget import Tally, too_deep
from vidra.manifests.numbers import as_key, fits_int64
from vidra.manifests.problems import ProblemReason, RefusedError
from vidra.manifests.scalars import Scalar, finished, plain, tagged
from vidra.manifests.yaml_events import Events

_MERGE_TAG = "tag:yaml.org,2002:merge"
_UNFINISHED = object()


class Constructor:
    """Makes the value of one document."""

    __slots__ = ("_anchors", "_events", "_keys", "_next", "_tally")

    def __init__(self, events: Events, tally: Tally) -> None:
        self._events = events
        self._next = events.next
        self._tally = tally
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._keys: dict[str, str] = {}

    def document(self) -> Any:
        """The value of the document whose start has been read.

        Raises:
            RefusedError: The document says what kubectl does not understand, or too much.
        """
        value = self._node(self._next(), 0)
        self._tally.settle()
        return unshare(value) if self._tally.aliased else value

    def _node(self, event: Event, depth: int) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            value = self._scalar(event)  # type: ignore[arg-type]
            return value if type(value) is str else finished(value)
        if kind is AliasEvent:
            value = self._alias(event)  # type: ignore[arg-type]
            return value if isinstance(value, (dict, list)) else finished(value)
        if depth >= self._tally.budget.depth:
            raise too_deep(depth)
        return self._collection(event, depth + 1)  # type: ignore[arg-type]

    def _scalar(self, event: ScalarEvent) -> Scalar:
        text, tag, tally = event.value, event.tag, self._tally
        tally.node()
        tally.characters += len(text)
        value: Scalar = text
        if tag is not None:
            value = tagged(tag, text)
        elif event.implicit[0]:
            value = plain(text)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, len(text))
        return value

    def _alias(self, event: AliasEvent) -> Any:
        value, nodes, characters = self._anchors.get(event.anchor or "", (None, 0, 0))
        if not nodes:
            raise RefusedError(ProblemReason.INVALID_YAML, "an alias (*name) has no anchor (&name) before it")
        if value is _UNFINISHED:
            raise RefusedError(ProblemReason.INVALID_YAML, "an alias (*name) stands inside of its own anchor (&name)")
        self._tally.alias(nodes, characters)
        return value

    def _collection(self, event: NodeEvent, depth: int) -> Any:
        tally, anchor = self._tally, event.anchor
        nodes, characters = tally.nodes, tally.characters
        tally.node()
        unfinished = (_UNFINISHED, 1, 0)
        if anchor is not None:
            self._anchors[anchor] = unfinished
        value = self._map(depth) if type(event) is MappingStartEvent else self._list(depth)
        if anchor is not None and self._anchors[anchor] is unfinished:
            self._anchors[anchor] = (value, tally.nodes - nodes, tally.characters - characters)
        return value

    def _list(self, depth: int) -> list[Any]:
        values: list[Any] = []
        while type(event := self._next()) is not SequenceEndEvent:
            values.append(self._node(event, depth))
        return values

    def _map(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        merged: set[str] = set()
        while type(event := self._next()) is not MappingEndEvent:
            if _is_merge(event):
                merged |= self._merge(values, depth)
                continue
            key = self._key(event)
            if key in values and key not in merged:
                self._tally.repeated(key, self._events.line())
            merged.discard(key)
            values[key] = self._node(self._next(), depth)
        return values

    def _merge(self, values: dict[str, Any], depth: int) -> set[str]:
        self._tally.nodes += 1
        event = self._next()
        maps = sources(self._node(event, depth), aliased=type(event) is AliasEvent)
        for each in maps:
            self._tally.budget.take_copies(len(each))
            values.update(each)
        return set().union(*maps)

    def _key(self, event: Event) -> str:
        if type(event) is ScalarEvent:
            key: Any = self._scalar(event)
        elif type(event) is AliasEvent:
            key = self._alias(event)
        else:
            raise invalid_key()
        if isinstance(key, (dict, list)):
            raise invalid_key()
        text = key if type(key) is str else key_text(key)
        return self._keys.setdefault(text, text)


def _is_merge(event: Event) -> bool:
    if type(event) is not ScalarEvent or event.value != "<<":
        return False
    return bool(event.implicit[0]) or event.tag == _MERGE_TAG


def key_text(key: Scalar) -> str:
    """The text of a key.

    Raises:
        RefusedError: kubectl has none for it.
    """
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, float):
        return as_key(key)
    if key is None or not fits_int64(key):
        raise invalid_key()
    return str(key)


def invalid_key() -> RefusedError:
    """What to say of a key that is no text and cannot become one."""
    return RefusedError(ProblemReason.INVALID_KEY, "a key of a map is empty, a huge number, a map or a list; quote it")


def sources(value: Any, *, aliased: bool) -> list[dict[str, Any]]:
    """The maps to merge, in the order in which they are laid over each other.

    Raises:
        RefusedError: The value is no map and no list of maps.
    """
    if isinstance(value, dict):
        return [value]
    if aliased or not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise RefusedError(ProblemReason.INVALID_MERGE, "'<<' needs a map, an alias of a map, or a list of these")
    return value[::-1]


def unshare(value: Any) -> Any:
    """A copy of maps and lists all the way down; their depth has been limited before."""
    if isinstance(value, dict):
        return {key: unshare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unshare(item) for item in value]
    return value
