"""Certificates for parts that prove to each other who they are; needs trustme, which Vidra itself does not."""

from pathlib import Path

import trustme

from testkit.controlplane.front_proxy import FrontProxy


def front_proxy() -> FrontProxy:
    """Make what a control plane needs in order to aggregate other API servers."""
    authority = trustme.CA()
    leaf = authority.issue_cert("front-proxy", common_name="front-proxy")
    return FrontProxy(
        ca=authority.cert_pem.bytes(), certificate=leaf.cert_chain_pems[0].bytes(), key=leaf.private_key_pem.bytes()
    )


def serving(folder: Path, host: str) -> bytes:
    """Write ``tls.crt`` and ``tls.key`` for a host into a folder; return the authority (PEM) that vouches for them."""
    authority = trustme.CA()
    leaf = authority.issue_cert(host)
    folder.mkdir()
    (folder / "tls.crt").write_bytes(leaf.cert_chain_pems[0].bytes())
    (folder / "tls.key").write_bytes(leaf.private_key_pem.bytes())
    return authority.cert_pem.bytes()
