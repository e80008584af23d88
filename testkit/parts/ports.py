"""Whether somebody listens on a port."""

import asyncio


async def listens(port: int) -> bool:
    """Return whether a connection to the port on loopback is taken."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
