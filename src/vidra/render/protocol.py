"""Who renders."""

from __future__ import annotations

from typing import Protocol

from vidra.render.rendered import Rendered
from vidra.render.request import RenderRequest


class Renderer(Protocol):
    """Makes texts from requests, some at a time; there is one for the process."""

    async def render(self, request: RenderRequest) -> Rendered:
        """The text. Cancelling it ends what is at work.

        Raises:
            RenderError: There is none.
        """
        ...

    async def close(self) -> None:
        """End what is at work."""
        ...
