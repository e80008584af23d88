"""The address of an Infrahub: checked once, joined with the paths of its API, and safe to show."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from yarl import URL

from vidra.api.reasons import Reason
from vidra.sources.protocol import SourceError


def base_of(text: str) -> str:
    """The address without user, password, query and fragment; port and path stay.

    Raises:
        SourceError: It is no http or https URL with a host.
    """
    url = _read(text.strip())
    if url is None or url.scheme not in {"http", "https"} or not url.host:
        raise SourceError(
            Reason.INVALID_SPEC,
            "the address of Infrahub is not a URL: write it as https://infrahub.example.com, with port and path if any",
        )
    return shown(url).rstrip("/")


def host_of(address: str) -> str:
    """Host and port, as metrics name an Infrahub; empty when the address is none."""
    url = _read(address.strip())
    return (url.host_port_subcomponent or "") if url else ""


def shown(url: URL) -> str:
    """A URL without what may be secret in it."""
    return str(url.with_user(None).with_query(None).with_fragment(None)) if url.host else url.path


def endpoint(base: str, *parts: str, parameters: Mapping[str, str] | None = None) -> URL:
    """A URL of the API; each part is one segment, whatever it holds."""
    path = "/".join(quote(part, safe="") for part in parts)
    return URL(f"{URL(base)}/api/{path}".replace("//api/", "/api/"), encoded=True).with_query(parameters)


def _read(text: str) -> URL | None:
    try:
        return URL(text)
    except ValueError:
        return None
