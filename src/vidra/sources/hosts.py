"""Checks every address just before it is connected to, whatever name led to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from vidra.api.reasons import Reason
from vidra.sources.addresses import HostPatterns, address_and_port, read_address, refusal
from vidra.sources.protocol import SourceError


class AllowedHosts:
    """Decides for all sources where connections may go.

    Args:
        patterns: Hosts, addresses and networks, as `HostPatterns` says.
        api_servers: The URLs of the API servers that Vidra knows now.

    Raises:
        ValueError: A pattern is none.
    """

    def __init__(self, patterns: Iterable[str] = (), api_servers: Callable[[], Iterable[str]] = tuple) -> None:
        self._patterns = HostPatterns(tuple(patterns))
        self._api_servers = api_servers

    def resolver(self) -> AbstractResolver:
        """A resolver for a connector of aiohttp, which connects to nothing that this did not give (but literals)."""
        return _GuardedResolver(self)

    async def check_literal(self, url: URL) -> None:
        """Check a URL with an address in place of a name, which no resolver sees.

        Raises:
            SourceError: It may not be connected to.
        """
        if url.host and read_address(url.host):
            await self.check(url.host, url.port or 0, [url.host])

    async def check(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Check all addresses of a host.

        Raises:
            SourceError: One of them may not be connected to.
        """
        servers = await self._servers()
        for address in addresses:
            if why := refusal(host, ip_address(address), port, self._patterns, servers):
                raise SourceError(Reason.HOST_NOT_ALLOWED, why)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The checked addresses of a host.

        Raises:
            SourceError: One of them may not be connected to.
            OSError: It has none.
        """
        found = [host] if read_address(host) else await _resolve(host, port)
        await self.check(host, port, found)
        return found

    async def _servers(self) -> set[str]:
        found: set[str] = set()
        for url in self._api_servers():
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or 443
            try:
                known = [host] if read_address(host) else await _resolve(host, port)
            except OSError:
                continue  # what has no address cannot be the one that is asked for
            found.update(address_and_port(ip_address(address), port) for address in known)
        return found


class _GuardedResolver(AbstractResolver):
    """Resolves names as usual, and refuses what the guard refuses."""

    def __init__(self, guard: AllowedHosts) -> None:
        self._guard = guard
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            SourceError: One of them may not be connected to.
            OSError: There are none.
        """
        found = await self._resolver.resolve(host, port, family)
        await self._guard.check(host, port, [result["host"] for result in found])
        return found

    async def close(self) -> None:
        """Nothing is held."""


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
