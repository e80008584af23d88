"""Where something is served: bind addresses, as Go programs take them."""

from __future__ import annotations

import os
import re

_PORT = re.compile("[0-9]{1,5}")

OFF = "0"
"""The bind address that means: do not serve this."""


class BindError(Exception):
    """Nothing can be served at an address; the message says why."""


def address(text: str) -> tuple[str | None, int]:
    """Host and port of a bind address as Go programs take it: `:8080`, `127.0.0.1:8080`, `[::1]:8080`.

    Raises:
        BindError: It is none.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not _PORT.fullmatch(port) or int(port) > 65535:
        raise BindError(f"{text!r} is no bind address: write host:port or :port, or {OFF} to serve nothing")
    return host.strip("[]") or None, int(port)


def not_bound(bind: str, error: OSError) -> BindError:
    """Why nothing can be served there."""
    why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or error
    return BindError(f"cannot serve on {bind}: {why}")
