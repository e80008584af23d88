"""The texts that Infrahub may have signed, from the one that it sends: the same JSON, as `json.dumps` writes it.

Infrahub sends a payload compact and in raw UTF-8. It signs it with letters beyond ASCII escaped, up to 1.6 with the
spaces of `json.dumps(payload)`, since 1.7 without. Nothing is parsed here, because nothing is trusted yet: the bytes
are split into strings and what is between them, once, and joined again.
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


def redumped(body: bytes) -> tuple[bytes, ...]:
    """The body as `json.dumps(json.loads(body))` would write it, with spaces and without, for what it wrote itself.

    Numbers and escapes stay as they were written: whoever writes `1e2`, or escapes a slash, gets another text. Two
    bodies that become the same text are the same JSON: they differ in spaces, and in how a letter is written.

    Returns:
        Nothing when it cannot be JSON in UTF-8: a string without an end, a control character in one, bytes that are
        none.
    """
    parts = _STRING.split(body)
    if b"" in parts[2::3]:
        return ()
    between, strings = b'"'.join(parts[::3]), b"\n".join(parts[1::3])
    if not between.isascii():
        return ()
    try:
        if strings:
            parts[1::3] = _escaped(strings).split(b"\n")
    except ValueError:
        return ()
    bare = between.translate(None, _SPACE)
    spaced = bare.replace(b",", b", ").replace(b":", b": ")
    return _joined(parts, spaced), _joined(parts, bare)


def _joined(parts: list[bytes], between: bytes) -> bytes:
    parts[::3] = between.split(b'"')
    return b"".join(parts)


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
