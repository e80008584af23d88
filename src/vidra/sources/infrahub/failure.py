"""What can keep an answer from coming at all, each with what to do about it."""

from __future__ import annotations

import aiohttp
import msgspec

from vidra.api.reasons import Reason
from vidra.api.words import one_line
from vidra.manifests.foreign import LINE
from vidra.sources.protocol import SourceError

CAUGHT = (aiohttp.ClientError, TimeoutError, OSError)


class Failure(msgspec.Struct, frozen=True):
    """No answer."""

    reason: Reason
    message: str
    passing: bool
    """Whether asking again may help."""

    def error(self) -> SourceError:
        """As what a source raises."""
        return SourceError(self.reason, self.message)


_AWAY = Reason.INFRAHUB_UNREACHABLE
_GONE = Failure(
    Reason.INFRAHUB_UNREACHABLE, "broke off before its answer was complete; check Infrahub and proxies", True
)
# The first that fits counts: aiohttp's exceptions are each other's kin.
_KINDS: tuple[tuple[type[Exception], Failure], ...] = (
    (
        aiohttp.ClientConnectorCertificateError,
        Failure(
            _AWAY,
            "has a certificate that is not trusted; use one of a trusted CA, or add its CA to those of Vidra's image",
            False,
        ),
    ),
    (
        aiohttp.ClientSSLError,
        Failure(_AWAY, "does not speak TLS as expected; check scheme and port of the address", False),
    ),
    (
        aiohttp.ClientConnectorDNSError,
        Failure(_AWAY, "has a host name that does not resolve; check the address and DNS", True),
    ),
    (
        aiohttp.ConnectionTimeoutError,
        Failure(_AWAY, "does not take connections; check the address, firewalls and Infrahub", True),
    ),
    (
        TimeoutError,
        Failure(_AWAY, "does not answer in time; check the address and the load of Infrahub", True),
    ),
    (
        aiohttp.ClientConnectorError,
        Failure(_AWAY, "cannot be connected to; check the address and that Infrahub runs", True),
    ),
    (aiohttp.InvalidURL, Failure(Reason.INVALID_SPEC, "cannot be used as an address; correct it", False)),
    (aiohttp.ClientResponseError, Failure(Reason.NOT_INFRAHUB, "does not speak HTTP; check the address", False)),
)


def failure_of(error: Exception, base: str) -> Failure:
    """Put an exception of the client into words; its own text may hold headers, so next to none of it is used."""
    kind = next((failure for known, failure in _KINDS if isinstance(error, known)), _GONE)
    return msgspec.structs.replace(kind, message=f"{base} {kind.message}{_detail(error)}")


def _detail(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f" ({one_line(str(error.certificate_error), LINE)})"
    if isinstance(error, aiohttp.ClientConnectorError) and error.os_error.strerror:
        return f" ({one_line(error.os_error.strerror, LINE)})"
    return ""
