"""One CEL expression, compiled by Google's runtime; imported only when a rule uses CEL."""

import re
from collections.abc import Mapping
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional

from vidra.apply.health.cel_limits import FIELDS, ExpressionError, check

_ENV = cel.NewEnv(variables=dict.fromkeys(FIELDS, cel.Type.DYN), extensions=[ext_optional.ExtOptional()])
_ANSWERS = (cel.Type.BOOL, cel.Type.STRING)


class Expression:
    """A compiled expression."""

    def __init__(self, text: str) -> None:
        """Compile it.

        Raises:
            ExpressionError: It is not valid CEL, or exceeds a limit.
        """
        check(text)
        try:
            self._program = _ENV.compile(text)
        except RuntimeError as error:
            raise ExpressionError(_first_line(str(error))) from None

    def __call__(self, shown: Mapping[str, Any]) -> Any:
        """Its value for an object; None when it has none, for example because a field is missing."""
        try:
            found = self._program.eval(data=shown)
            return found.value() if found.type() in _ANSWERS else None
        except (RuntimeError, ValueError, TypeError, MemoryError):
            return None


def _first_line(message: str) -> str:
    line = message.split("\n", 1)[0].removesuffix(" (in container '')")
    place = re.search(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)", line)
    if place is None:
        return line
    return f"line {place[1]}, column {place[2]}: {place[3]}" if int(place[1]) > 0 else place[3]
