"""Bytes → text: UTF-8, or the Unicode encoding that the text's first bytes name."""

import codecs

from vidra.manifests.limits import Limits
from vidra.manifests.problems import ProblemReason, RefusedError

_MARKS = (  # UTF-32 first: its little-endian mark starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(text: bytes | str, limits: Limits) -> str:
    """The characters of a text.

    Raises:
        RefusedError: It is too large, or no text.
    """
    if len(text) > limits.bytes:
        raise _too_large(limits)
    if isinstance(text, str):
        return _checked(text, limits)
    encoding = next((name for mark, name in _MARKS if text.startswith(mark)), "utf-8")
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1 if encoding == "utf-8" else 0
        message = f"the text is not valid {encoding.upper()}; save it as UTF-8"
        raise RefusedError(ProblemReason.NOT_TEXT, message, line) from None


def _checked(text: str, limits: Limits) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise RefusedError(ProblemReason.NOT_TEXT, "the text holds half a character; save it as UTF-8", line) from None
    if size > limits.bytes:
        raise _too_large(limits)
    return text


def _too_large(limits: Limits) -> RefusedError:
    message = f"the text is larger than {limits.bytes:,} bytes; divide it into several"
    return RefusedError(ProblemReason.TOO_LARGE, message)
