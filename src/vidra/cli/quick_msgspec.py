"""Imports msgspec for a command that is to be quick."""

from __future__ import annotations

import sys


def import_msgspec() -> None:
    """Import it without typing_extensions, if that is still possible.

    msgspec takes from there what Python has itself, where it can be had; and to import it takes a tenth of the time of
    the whole command. Who needs it later imports it then.
    """
    if "msgspec" in sys.modules or "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # Python's own way to say: not here
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]
