"""The address of a repository: pure."""

from __future__ import annotations

from vidra.api.reasons import Reason
from vidra.sources.credentials import source_place
from vidra.sources.protocol import SourceError
from vidra.sources.transport.places import Place, read_url


def repository(url: str, *, insecure: bool = False) -> Place:
    """Where a repository is.

    Raises:
        SourceError: It is no http, https or ssh URL with a host, or holds what belongs into a Secret.
    """
    place, found = source_place(url), read_url(url.strip())
    if place is None or found is None or found.scheme not in {"http", "https", "ssh"}:
        raise SourceError(
            Reason.INVALID_SPEC,
            "spec.source.git.url: write it as https://git.example.com/team/repo.git or "
            "ssh://git@git.example.com/team/repo.git",
        )
    if found.password or (found.user and found.scheme != "ssh") or found.query_string or found.fragment:
        message = (
            "spec.source.git.url: user, password, query and fragment belong elsewhere; put credentials into a Secret"
        )
        raise SourceError(Reason.INVALID_SPEC, message)
    if not found.path.isprintable() or not place.path:
        raise SourceError(Reason.INVALID_SPEC, "spec.source.git.url: the path of the repository cannot be used")
    if found.scheme == "http" and not insecure:
        message = "spec.source.git.url is without TLS: write https, or set `insecure` and trust everybody on the way"
        raise SourceError(Reason.INVALID_SPEC, message)
    return place


def same_repository(one: str, other: str) -> bool:
    """Whether two addresses mean one repository; how it is reached, and `.git` at its end, do not count."""
    first, second = _essence(one), _essence(other)
    return first is not None and first == second


def _essence(url: str) -> tuple[str, str] | None:
    text = url.strip()
    if "://" not in text and ":" in text:  # git@host:team/repo, as servers write it
        host, _, path = text.partition(":")
        text = f"ssh://{host}/{path.lstrip('/')}"
    place = source_place(text)
    return (place.host, place.path.rstrip("/").removesuffix(".git")) if place else None
