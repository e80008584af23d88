"""A port on loopback that stays ours from before the program that serves it starts until after it stopped."""

import socket
from types import TracebackType
from typing import Self


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
