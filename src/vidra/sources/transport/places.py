"""Where an address leads: what of it tells one server from another, and what may be shown: pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from yarl import URL

_WAY_OUT = re.compile(r"[%\\;]|\.\.")


def host_of(address: str) -> str:
    """Host and port, as metrics name a server; empty when the address is none."""
    url = read_url(address.strip())
    return (url.host_port_subcomponent or "") if url else ""


def hostname_of(address: str) -> str:
    """The host, as the label of a Secret names it; empty when the address is none."""
    place = place_of(address)
    return place.host if place else ""


class Place(NamedTuple):
    """Where an address leads, as the client that goes there understands it."""

    scheme: str
    host: str
    port: int
    path: str
    """Without a slash at its end."""

    def __str__(self) -> str:
        """A URL as far as it tells one server from another."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if (self.scheme, self.port) in {("https", 443), ("http", 80)} else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def ordinary(self) -> bool:
        """Whether a host alone says as much: https on its own port."""
        return (self.scheme, self.port) == ("https", 443)

    def covers(self, other: Place) -> bool:
        """Whether another place is this one, or certainly below it.

        What a server might read as a way out of the path (an encoded slash, `..`, a parameter) is not below it.
        """
        if self[:3] != other[:3] or self.path == other.path:
            return self == other
        rest = other.path.removeprefix(f"{self.path}/")
        return rest != other.path and not _WAY_OUT.search(rest)


def place_of(address: str) -> Place | None:
    """Where an address leads; None when it is no http or https URL with a host."""
    url = read_url(address.strip())
    if url is None or url.scheme not in {"http", "https"} or not url.host or url.port is None:
        return None
    return Place(url.scheme, url.host.lower(), url.port, url.raw_path.rstrip("/"))


def shown(url: URL) -> str:
    """A URL without what may be secret in it."""
    return str(url.with_user(None).with_query(None).with_fragment(None)) if url.host else url.path


def read_url(text: str) -> URL | None:
    """The URL that a text is; None when it is none."""
    try:
        return URL(text)
    except ValueError:
        return None
