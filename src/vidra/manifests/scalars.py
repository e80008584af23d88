"""One scalar → the value that kubectl makes of it."""

import binascii
import re
from datetime import date

from vidra.manifests.numbers import fits_int64, in_json, number
from vidra.manifests.problems import ProblemReason, RefusedError

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_WORD_STARTS = frozenset("yYnNtTfFoO~")
_NUMBER_STARTS = frozenset("+-.0123456789")

_CORE = "tag:yaml.org,2002:"
_TYPES: dict[str, type | tuple[type, ...]] = {
    f"{_CORE}bool": bool,
    f"{_CORE}int": int,
    f"{_CORE}float": (int, float),
    f"{_CORE}null": type(None),
    f"{_CORE}timestamp": str,
}
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[Tt](?:[01]?\d|2[0-3]):[0-5]?\d:[0-5]?\d(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)"
    r"| (?:[01]?\d|2[0-3]):[0-5]?\d:[0-5]?\d(?:[.,]\d+)?)?",
    re.ASCII,
)
_BAD_BYTE = re.compile("[\udc80-\udcff]")


def plain(text: str) -> Scalar:
    """The value of a scalar without quotes and without a tag."""
    if not text:
        return None
    first = text[0]
    if first in _WORD_STARTS:
        return _WORDS.get(text, text)
    if first not in _NUMBER_STARTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    value = number(text)
    return text if value is None else value


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with a tag; a tag that kubectl does not know means text.

    Raises:
        RefusedError: The text is not what the tag says.
    """
    if tag == f"{_CORE}binary":
        return _binary(text)
    wanted = _TYPES.get(tag)
    if wanted is None:
        return text
    value = plain(text)
    if not _is(value, wanted) or (wanted is str and not _timestamp(text)):
        raise RefusedError(ProblemReason.INVALID_VALUE, "a value is not what its tag (!!...) says; remove the tag")
    if tag == f"{_CORE}float" and isinstance(value, int):
        return _whole_float(value)
    return value


def finished(value: Scalar) -> Scalar:
    """A value as JSON holds it.

    Raises:
        RefusedError: JSON cannot hold it.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    held = in_json(value)
    if held is None:
        message = "a number is infinite, not a number or too large for JSON; put it in quotes if it is text"
        raise RefusedError(ProblemReason.INVALID_VALUE, message)
    return held


def _is(value: Scalar, wanted: type | tuple[type, ...]) -> bool:
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


def _whole_float(value: int) -> float:
    if not fits_int64(value):
        raise RefusedError(ProblemReason.INVALID_VALUE, "a value tagged !!float is too large; remove the tag")
    return float(value)


def _timestamp(text: str) -> bool:
    match = _TIMESTAMP.fullmatch(text)
    try:
        return match is not None and bool(date(*map(int, match.groups())))
    except ValueError:
        return False


def _binary(text: str) -> str:
    """The text in base64; each byte of it that is not UTF-8 becomes the replacement character, as in Go's JSON."""
    try:
        data = binascii.a2b_base64(text.replace("\n", "").replace("\r", "").encode(), strict_mode=True)
    except (binascii.Error, ValueError):
        raise RefusedError(ProblemReason.INVALID_VALUE, "a value tagged !!binary is not base64") from None
    return _BAD_BYTE.sub("\N{REPLACEMENT CHARACTER}", data.decode("utf-8", "surrogateescape"))
