"""Why there is no answer, in words: pure."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
import msgspec

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.typed_json import LINE
from vidra.sources.protocol import SourceError

CAUGHT = (aiohttp.ClientError, TimeoutError, OSError)


class Peer(msgspec.Struct, frozen=True):
    """Who is asked, as messages and conditions name it."""

    name: str
    """`Infrahub`, `the server`."""
    unreachable: Reason
    no_http: Reason
    """What answers does not speak HTTP."""
    authorities: str = "add its CA to those of Vidra's image"
    """What to do about a certificate of a CA that is not trusted."""


class Failure(msgspec.Struct, frozen=True):
    """No answer."""

    reason: Reason
    message: str
    passing: bool
    """Whether asking again may help."""

    def error(self) -> SourceError:
        """As what a source raises."""
        return SourceError(self.reason, self.message)


class _Kind(msgspec.Struct, frozen=True):
    """What an exception means."""

    error: type[Exception]
    message: str
    passing: bool
    reason: Callable[[Peer], Reason] = lambda peer: peer.unreachable


# The first that fits counts: aiohttp's exceptions are each other's kin.
_KINDS = (
    _Kind(
        aiohttp.ClientConnectorCertificateError,
        "has a certificate that is not trusted; use one of a trusted CA, or {authorities}",
        passing=False,
    ),
    _Kind(aiohttp.ClientSSLError, "does not speak TLS as expected; check scheme and port of the address", False),
    _Kind(aiohttp.ClientConnectorDNSError, "has a host name that does not resolve; check the address and DNS", True),
    _Kind(aiohttp.ConnectionTimeoutError, "does not take connections; check the address, firewalls and {name}", True),
    _Kind(TimeoutError, "does not answer in time; check the address and the load of {name}", True),
    _Kind(aiohttp.ClientConnectorError, "cannot be connected to; check the address and that {name} runs", True),
    _Kind(aiohttp.InvalidURL, "cannot be used as an address; correct it", False, lambda _: Reason.INVALID_SPEC),
    _Kind(aiohttp.ClientResponseError, "does not speak HTTP; check the address", False, lambda peer: peer.no_http),
)
_BROKEN_OFF = _Kind(Exception, "broke off before its answer was complete; check {name} and proxies", True)


def failure_of(error: Exception, base: str, peer: Peer) -> Failure:
    """Put an exception of the client into words; its own text may hold headers, so next to none of it is used."""
    kind = next((known for known in _KINDS if isinstance(error, known.error)), _BROKEN_OFF)
    words = kind.message.format(name=peer.name, authorities=peer.authorities)
    return Failure(kind.reason(peer), f"{base} {words}{_detail(error)}", kind.passing)


def _detail(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f" ({one_line(str(error.certificate_error), LINE)})"
    if isinstance(error, aiohttp.ClientConnectorError) and error.os_error.strerror:
        return f" ({one_line(error.os_error.strerror, LINE)})"
    return ""
