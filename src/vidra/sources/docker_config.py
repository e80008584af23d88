"""What `.dockerconfigjson` of a Secret says about one registry: pure."""

from __future__ import annotations

import base64
import binascii

import msgspec

from vidra.api.typed_json import UnreadableError, decode
from vidra.sources.transport.places import Place

_HUB = frozenset({"index.docker.io", "docker.io", "registry-1.docker.io"})


class _Auth(msgspec.Struct):
    auth: str = ""
    username: str = ""
    password: str = ""


class _Config(msgspec.Struct):
    auths: dict[str, _Auth] = {}


def login_for(text: str, place: Place) -> tuple[str, str] | None:
    """User and password for a registry; the entry with the longest path that covers the repository wins.

    Raises:
        ValueError: The text is no such configuration.
    """
    try:
        config = decode(text.encode(), _Config)
    except UnreadableError:
        raise ValueError(".dockerconfigjson is no configuration of Docker") from None
    fitting = [(path, entry) for key, entry in config.auths.items() if (path := _path(key, place)) is not None]
    return _login(max(fitting, key=lambda found: len(found[0]))[1]) if fitting else None


def _path(key: str, place: Place) -> str | None:
    """The path of an entry that is for a place; Docker's own entries end with the version of an API."""
    host, _, path = key.removeprefix("https://").removeprefix("http://").partition("/")
    path = "" if path.rstrip("/") in {"v1", "v2"} else path.rstrip("/")
    name, _, port = host.partition(":")
    same = name.lower() == place.host or {name.lower(), place.host} <= _HUB
    if not same or (int(port) if port.isascii() and port.isdigit() else 443) != place.port:
        return None
    return path if not path or f"{place.path}/".startswith(f"/{path}/") else None


def _login(entry: _Auth) -> tuple[str, str]:
    if entry.username and entry.password:
        return entry.username, entry.password
    try:
        username, colon, password = base64.b64decode(entry.auth).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("an entry of .dockerconfigjson is not in base64") from None
    if not colon or not username:
        raise ValueError("an entry of .dockerconfigjson holds no user and password")
    return username, password
