"""Keeps TLS connections small: a Vidra with hundreds of clusters holds two for each, and hardly anything comes in."""

from __future__ import annotations

from asyncio.sslproto import SSLProtocol

RECORD = 32 << 10
"""Bytes read at a time. A TLS record has 16 KB at the most (RFC 8446), so nothing is read in smaller pieces."""


def keep_small() -> None:
    """Give connections that are opened from now on a buffer of this size.

    asyncio gives each 256 KB and writes zeros into all of it, which no setting changes.
    """
    SSLProtocol.max_size = RECORD
