"""JSON at the start of a text → its values, much faster than as YAML.

The scanner of the standard library, in C, and not msgspec's: it reads streams (``{}{}``) and shows every pair of an
object, so that a key that is there twice is noticed.
"""

import json
import math
import re
from typing import Any

from vidra.manifests.budget import MOST_WARNINGS
from vidra.manifests.numbers import in_json

_STRINGS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)  # one that is not closed matches too: no second try
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n]*")
_LONGEST_NUMBER = 310


class JSONText:
    """Reads the JSON objects at the start of a text, one by one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._map, parse_float=self._float, parse_int=self._integer, parse_constant=_no_json
        )
        self.repeated: list[str] = []
        """Keys that are twice in one map of the last value."""
        self.unheld = False
        """Whether a number of the last value is too large for JSON as Go reads it."""

    def rest(self) -> str:
        """What has not been read."""
        return self._text[self._place :]

    def lines(self) -> int:
        """How many line ends have been read."""
        return self._text.count("\n", 0, self._place)

    def more(self) -> bool:
        """Whether an object may follow; if not, the space before what does is left, for it has a meaning in YAML."""
        match = _SPACE.match(self._text, self._place)
        place = match.end() if match else self._place
        if not self._text.startswith("{", place):
            return False
        self._place = place
        return True

    def next(self) -> Any:
        """The next object.

        Raises:
            ValueError: It is not JSON.
        """
        self.repeated, self.unheld = [], False
        start = self._place
        value, self._place = self._decoder.raw_decode(self._text, start)
        return _whole(value) if _ESCAPED_HALF.search(self._text, start, self._place) else value

    def _map(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) != len(pairs):
            self._note(pairs)
        return values

    def _note(self, pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen and len(self.repeated) < MOST_WARNINGS:
                self.repeated.append(key)
            seen.add(key)

    def _float(self, digits: str) -> Any:
        return self._held(float(digits))

    def _integer(self, digits: str) -> Any:
        return self._held(int(digits) if len(digits) < _LONGEST_NUMBER else math.inf)

    def _held(self, value: float) -> Any:
        held = in_json(value)
        self.unheld = self.unheld or held is None
        return held


def count_json(text: str, depth: int) -> int | None:
    """How many nodes a text has if it is JSON, counted without parsing; None when it is deeper than the limit."""
    skeleton = _STRINGS.sub("", text)
    brackets = _NO_BRACKETS.sub("", skeleton).replace("{", "[").replace("}", "]")
    for _ in range(depth):
        outer = brackets.replace("[]", "")  # takes the innermost level away
        if not outer:
            return sum(map(skeleton.count, ",:{["))
        if len(outer) == len(brackets):
            break
        brackets = outer
    return None


def _no_json(name: str) -> None:
    raise ValueError(name)


def _whole(value: Any) -> Any:
    """The value with U+FFFD for every half of a character, as in Go."""
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value
