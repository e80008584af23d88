"""Which requests are answered at all, before anybody is asked who sends them: pure.

Invariant: a page of another origin, and a name that was made to lead here (DNS rebinding), get nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

LONGEST_QUERY = 253
"""Characters of one value in a query: as many as the longest name."""
LONGEST_BODY = 64 * 1024
WRITE_HEADER = "X-Vidra-Request"
"""Only a page's own script can set it: for one of another origin, a browser asks first, and is never answered."""
READS = frozenset({"GET", "HEAD"})


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as a browser names an origin; empty if it has none."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts.scheme in {"http", "https"} and parts.netloc else ""


def refusal(
    method: str, host: str, headers: Mapping[str, str], query: Mapping[str, str], origins: Collection[str]
) -> tuple[int, str] | None:
    """Status and sentence with which a request is refused; None when it may go on.

    Args:
        origins: Where the page is reached, each as scheme://host[:port].
    """
    if host.lower() not in {urlsplit(origin).netloc.lower() for origin in origins}:
        return 421, "this address is not one of the page's own"
    if any(len(value) > LONGEST_QUERY for value in query.values()):
        return 400, f"no value of a query may be longer than {LONGEST_QUERY} characters"
    if method in READS:
        return None
    return refused_write(headers, origins)


def refused_write(headers: Mapping[str, str], origins: Collection[str]) -> tuple[int, str] | None:
    """The same for a request that may change something."""
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        return 415, "the body must be application/json"
    if headers.get(WRITE_HEADER) != "1":
        return 403, f"the header {WRITE_HEADER} is missing"
    if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return 403, "the request comes from another site"
    if "Origin" in headers and headers["Origin"].lower() not in {origin.lower() for origin in origins}:
        return 403, "the request comes from another origin"
    return None
