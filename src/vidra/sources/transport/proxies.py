"""The forward proxy for an address, as HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the process say."""

from __future__ import annotations

from urllib.request import getproxies, proxy_bypass

from yarl import URL


def proxy_for(url: URL) -> URL | None:
    """The proxy; None where there is none, or what is set cannot be one.

    An address on this machine's loopback goes through none, whatever is set: there it would be another machine.
    """
    proxies = getproxies()
    host = url.host or ""
    if host == "localhost" or host.startswith("127.") or host == "::1":
        return None
    if proxy_bypass(f"{host}:{url.port}"):
        return None
    try:
        proxy = URL(proxies.get(url.scheme, ""))
    except ValueError:
        return None
    return proxy if proxy.scheme in {"http", "https"} and proxy.host else None
