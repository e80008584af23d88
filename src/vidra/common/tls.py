"""A TLS context from texts: nothing of it is ever written to a disk."""

from __future__ import annotations

import os
import ssl


def client_context(*, ca: str = "", certificate: str = "", key: str = "", insecure: bool = False) -> ssl.SSLContext:
    """A context that trusts one CA alone (19 KiB, against 825 KiB with the system's store).

    Args:
        ca: PEM; empty: the system's certificate authorities.
        certificate: PEM, of this client, with `key`; empty: it has none.
        insecure: Trust every server.

    Raises:
        ssl.SSLError: The CA, certificate or key is not valid.
        ValueError: The same.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca:
        context.load_verify_locations(cadata=ca)
    else:
        context.load_default_certs()
    if certificate:
        _load_pair(context, certificate, key)
    return context


def _load_pair(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load a client certificate. OpenSSL needs a file; a memory file is never written to disk.

    An encrypted key is refused: without a password OpenSSL would ask for one on the terminal, and everything waits.
    """
    descriptor = os.memfd_create("client-certificate", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{certificate}\n{key}\n")
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}", password="")
