"""The addresses of API servers: which are the same, and what of them may be shown."""

from __future__ import annotations

from urllib.parse import urlsplit


def same_server(one: str, other: str) -> bool:
    """Whether two URLs mean one API server; a trailing slash does not count.

    The path does: behind one host of a multi-cluster gateway every cluster has a path of its own.
    """
    return address(one) == address(other)


def address(url: str) -> str:
    """A URL as far as it tells one API server from another."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return url
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}{parts.path.rstrip('/')}"


def is_plain(url: str) -> bool:
    """Whether a URL says where a server is and nothing else: it is shown wherever the server is named."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return "@" not in parts.netloc and not parts.query and not parts.fragment


def host_of(url: str) -> str:
    """The host of a URL, as it stands in a label; empty when there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
