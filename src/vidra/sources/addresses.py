"""Which hosts and addresses may be connected to: pure.

Invariant: what a source names decides where Vidra's requests go, and its author may be one who could not send them. an
address that only Vidra can reach by its place (its own loopback, the cloud's metadata service, an API server) is
refused unless the operator's list names that *address*; a listed name does not vouch for what it resolves to.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import msgspec

Address = IPv4Address | IPv6Address

_METADATA = frozenset(map(ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")))
"""Where clouds serve credentials to machines, outside of the link-local range."""
_THIS_NETWORK = ip_network("0.0.0.0/8")
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""IPv6 addresses that hold an IPv4 address in their last bits (RFC 6052, RFC 4291)."""


class HostPatterns(msgspec.Struct, frozen=True):
    """The operator's list; without entries, every host that is not refused by its address.

    Raises:
        ValueError: An entry is no host name, IP address or network.
    """

    entries: tuple[str, ...] = ()
    """`git.example.com`, `*.example.com`, `*`, `10.1.2.3`, `10.0.0.0/8`."""

    def __post_init__(self) -> None:
        for entry in self.entries:
            if not _is_network(entry) and ("/" in entry or ":" in entry or not entry.strip("*. ")) and entry != "*":
                raise ValueError(f"{entry!r} is no host name, IP address or network")

    def name(self, host: str) -> bool:
        """Whether the list names this host."""
        host = host.lower().rstrip(".")
        return not self.entries or any(_matches(entry.lower(), host) for entry in self.entries)

    def address(self, address: Address) -> bool:
        """Whether the list names this address."""
        found = embedded(address)
        return any(found in ip_network(entry, strict=False) for entry in self.entries if _is_network(entry))


def refusal(host: str, address: Address, port: int, allowed: HostPatterns, servers: Collection[str]) -> str:
    """Why a host may not be connected to at this address; empty if it may.

    Args:
        servers: Addresses of API servers, as `address_and_port` writes them.
    """
    listed = allowed.address(address)
    if not listed and not allowed.name(host):
        return f"{host} is not among the hosts of `--source-host`"
    kind = _special(embedded(address)) or ("an API server" if address_and_port(address, port) in servers else "")
    if not kind or listed:
        return ""
    return f"{host} is {kind} ({address}), which Vidra connects to only if `--source-host` lists that address"


def embedded(address: Address) -> Address:
    """The IPv4 address inside an IPv6 address that stands for one; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    inside = int(address) & 0xFFFFFFFF
    if inside > 1 and any(address in network for network in _TRANSLATED):
        return IPv4Address(inside)
    return address


def address_and_port(address: Address, port: int) -> str:
    """As a key."""
    return f"{embedded(address)} {port}"


def read_address(text: str) -> Address | None:
    """The address that a text is; None for a name."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def _special(address: Address) -> str:
    if address.is_loopback:
        return "a loopback address"
    if address.is_link_local or address in _METADATA:
        return "an address of the machine's own network or its cloud's metadata"
    if address.is_multicast or address.is_reserved or address.is_unspecified or address in _THIS_NETWORK:
        return "no address of a host"
    return ""


def _matches(entry: str, host: str) -> bool:
    if entry.startswith("*."):
        return host.endswith(entry[1:]) and len(host) > len(entry) - 1
    return entry in {"*", host}


def _is_network(entry: str) -> bool:
    try:
        ip_network(entry, strict=False)
    except ValueError:
        return False
    return True
