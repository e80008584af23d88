"""The text that Infrahub signs, from the text that it sends: the same JSON, spaced and escaped as by `json.dumps`.

Infrahub 1.4 signs `json.dumps(payload)` and sends the payload compact and in raw UTF-8. Nothing is parsed here, because
nothing is trusted yet: the bytes are split into strings and what is between them, once, and joined again.
"""

from __future__ import annotations

import json
import re

_STRING = re.compile(rb'("[^"\\\x00-\x1f]*+(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*+)*+)("?)')
"""A string and its end, which is a group of its own so that one without an end is not looked at again and again."""
_SPACE = b" \t\r\n"
_MARKS = {b'"': b"\x01", b"\n": b"\x02", b"\\": b"\x03"}
"""What json.dumps would escape once more, and what takes its place meanwhile: no string has control characters. The
backslash comes back last, or what it begins would be taken for a mark."""


def respaced(body: bytes) -> bytes | None:
    """The body as `json.dumps(json.loads(body))` would write it, for what json.dumps itself wrote compactly.

    Numbers and escapes stay as they were written: whoever writes `1e2`, or escapes a slash, gets another text.

    Returns:
        None when it cannot be JSON in UTF-8: a string without an end, a control character in one, bytes that are none.
    """
    parts = _STRING.split(body)
    if b"" in parts[2::3]:
        return None
    between, strings = b'"'.join(parts[::3]), b"\n".join(parts[1::3])
    try:
        parts[::3] = _spaced(between).split(b'"')
        if strings:
            parts[1::3] = _escaped(strings).split(b"\n")
    except ValueError:
        return None
    return b"".join(parts)


def _spaced(between: bytes) -> bytes:
    if not between.isascii():
        raise ValueError("not JSON")
    return between.translate(None, _SPACE).replace(b",", b", ").replace(b":", b": ")


def _escaped(strings: bytes) -> bytes:
    """Every letter that is none of ASCII's, and DEL, as json.dumps writes it."""
    if strings.isascii() and b"\x7f" not in strings:
        return strings
    for char, mark in _MARKS.items():
        strings = strings.replace(char, mark)
    text = json.dumps(strings.decode())[1:-1].encode()
    for char, mark in _MARKS.items():
        text = text.replace(b"\\u%04x" % mark[0], char)
    return text
