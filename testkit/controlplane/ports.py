"""Ports on loopback for programs that are started, that nobody else takes before they serve them."""

import random
import socket
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_OUTGOING: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST: Final = 10_240


class Port:
    """A reserved port.

    The reservation is a bound socket that never listens. The program binds beside it (both allow sharing), so nobody
    else can take the port meanwhile, and connections are refused while the program is away.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()


def free_port() -> int:
    """A port that nobody listens on, for a program that cannot share it.

    It is none of those that the kernel gives to outgoing connections: one of these could take it first.
    """
    lowest = int(_OUTGOING.read_text().split()[0])
    while True:
        port = random.randrange(_LOWEST, lowest) if lowest > 2 * _LOWEST else 0  # noqa: S311 - no secret
        with socket.socket() as place:
            try:
                place.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(place.getsockname()[1])
