"""Removes secrets that were sent from the answer of an Infrahub or an API server: pure.

Invariant: whatever a message repeats of an answer comes through here, whatever the status of the answer was, and before
it is cut: half a password is still a secret.
"""

from __future__ import annotations

import base64
import html
import json
import math
import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, quote_plus

MASK = "***"
_WORDS = re.compile(r"[A-Za-z0-9]+")


def hidden(text: str, secrets: Collection[str], most: int) -> str:
    """The start of a text without the secrets, in any of the forms in which programs write what they were sent.

    Args:
        most: Characters of the text that a caller may use.
    """
    found = _sought(tuple(filter(None, secrets)))
    return found.pattern.sub(MASK, text[: most + found.longest]) if len(text) >= found.shortest else text[:most]


def possible(text: str, secrets: Collection[str]) -> list[str]:
    """Those of very many secrets that may be in a text, in any of these forms: cheap, and never too few.

    What is a letter or a digit of ASCII is one in all forms but base64.
    """
    lowered = text.lower()
    return [secret for secret in secrets if _core(secret) in lowered or _in_base64(secret).lower() in lowered]


def _core(secret: str) -> str:
    return max(_WORDS.findall(secret), key=len, default="").lower()


class _Sought(NamedTuple):
    """What is looked for: most messages are shorter than any of it, and cost nothing."""

    pattern: re.Pattern[str]
    shortest: float
    longest: int


@lru_cache(maxsize=256)
def _sought(secrets: tuple[str, ...]) -> _Sought:
    forms = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE)
    return _Sought(pattern, len(forms[-1]), len(forms[0])) if forms else _Sought(pattern, math.inf, 0)


def _forms(secret: str) -> set[str]:
    """As it is, in JSON, in JSON within JSON, as Python shows it, in a URL, in HTML, in base64."""
    quoted = [_in_json(secret, ascii_only=only) for only in (True, False)]
    twice = [_in_json(text, ascii_only=True) for text in quoted]
    # Encoded as far as it can be: half of a surrogate pair has no bytes.
    data = secret.encode(errors="replace")
    coded = {quote(data, safe=""), quote(data), quote_plus(data), html.escape(secret), _in_base64(secret)}
    return {secret, *quoted, *twice, repr(secret)[1:-1], *coded}


def _in_base64(secret: str) -> str:
    return base64.b64encode(secret.encode(errors="replace")).decode()


def _in_json(text: str, *, ascii_only: bool) -> str:
    return json.dumps(text, ensure_ascii=ascii_only)[1:-1]
