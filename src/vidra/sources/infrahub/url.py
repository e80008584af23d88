"""The address of an Infrahub: checked once, joined with the paths of its API, and safe to show."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from yarl import URL

from vidra.api.reasons import Reason
from vidra.sources.protocol import SourceError
from vidra.sources.transport.places import read_url, shown


def base_of(text: str) -> str:
    """The address without user, password, query and fragment; port and path stay.

    Raises:
        SourceError: It is no http or https URL with a host.
    """
    url = read_url(text.strip())
    if url is None or url.scheme not in {"http", "https"} or not url.host:
        raise SourceError(
            Reason.INVALID_SPEC,
            "the address of Infrahub is not a URL: write it as https://infrahub.example.com, with port and path if any",
        )
    return shown(url).rstrip("/")


def endpoint(base: str, *parts: str, parameters: Mapping[str, str] | None = None) -> URL:
    """A URL of the API; each part is one segment, whatever it holds."""
    path = "/".join(quote(part, safe="") for part in parts)
    return URL(f"{URL(base)}/api/{path}".replace("//api/", "/api/"), encoded=True).with_query(parameters)
