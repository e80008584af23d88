"""Numbers as kubectl's YAML (go-yaml v2) reads them and as they come out of its JSON."""

import math
import re
import struct
from decimal import Decimal

_INTEGER = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]{0,19})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BARE_FRACTION = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_SIGN_INSIDE = re.compile(r"0b[-+][01]+")
_BASES = {"x": 16, "b": 2, "o": 8}
_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)


def number(text: str) -> int | float | None:
    """The number that a plain scalar is, or None for one that is text; infinities are not numbers here."""
    if text.startswith("."):
        return _float(text.replace("_", "")) if _BARE_FRACTION.fullmatch(text) else None
    plain = text.replace("_", "")
    if (whole := _integer(plain)) is not None:
        return whole
    if _SIGN_INSIDE.fullmatch(plain):  # a quirk of go-yaml: 0b-1 is -1
        return _signed(plain.replace("0b", ""))
    return _float(plain)


def in_json(value: float) -> int | float | None:
    """A number as it comes back from Go's JSON: whole floats are integers, integers beyond 64 bits are floats.

    None for what JSON cannot hold.
    """
    if isinstance(value, int):
        return value if value in _INT64 else _or_none(value)
    if not math.isfinite(value):
        return None
    if abs(value) < 2**53:
        return int(value) if value.is_integer() else value
    whole = int(Decimal(repr(value)))  # the shortest digits, as Go writes them
    return whole if whole in _INT64 else value


def fits_int64(value: int) -> bool:
    """Whether Go holds it as a signed integer."""
    return value in _INT64


def as_key(value: float) -> str:
    """A float as a key: with the digits of 32 bits, because that is what kubectl writes."""
    try:
        (single,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        single = math.copysign(math.inf, value)
    if not math.isfinite(single):
        return {math.inf: ".inf", -math.inf: "-.inf"}.get(single, ".nan")
    digits = next(text for size in range(17) if _same_single(text := f"{single:.{size}e}", single))
    exponent = int(digits.partition("e")[2])
    return format(Decimal(digits), "f") if -4 <= exponent < 6 else digits


def _same_single(text: str, single: float) -> bool:
    return bool(struct.unpack("f", struct.pack("f", float(text)))[0] == single)


def _integer(plain: str) -> int | None:
    match = _INTEGER.fullmatch(plain)
    if not match:
        return None
    sign, digits = match.groups()
    base = 10 if digits[0] != "0" else _BASES.get(digits[1:2].lower(), 8)
    value = int(digits[2:] if digits[1:2].lower() in _BASES else digits, base)
    if not sign and value in _UINT64:
        return value
    value = -value if sign == "-" else value
    return value if value in _INT64 else None


def _signed(digits: str) -> int | None:
    value = int(digits, 2)
    return value if value in _INT64 else None


def _float(plain: str) -> float | None:
    value = float(plain) if _FLOAT.fullmatch(plain) else math.inf
    return value if math.isfinite(value) else None


def _or_none(value: int) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None
