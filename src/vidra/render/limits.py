"""How much is rendered, and how long."""

from __future__ import annotations

import msgspec

MIB = 1024 * 1024


class RenderLimits(msgspec.Struct, frozen=True):
    """Limits of one render. Sizes are in bytes, times in seconds."""

    input: int = 16 * MIB
    """Of the request: the chart unpacked, or all files of an overlay, with values and looked up objects."""
    files: int = 5_000
    """In a chart or an overlay."""
    file: int = 4 * MIB
    """One of them."""
    output: int = 8 * MIB
    """The text."""
    objects: int = 10_000
    """Documents of the text."""
    memory: int = 256 * MIB
    """Of the process. Two of them, at the worst, have to fit beside the operator."""
    cpu: int = 20
    """Of the processor."""
    wall: float = 60.0
    """From its start to its answer."""


RENDER_LIMITS = RenderLimits()
