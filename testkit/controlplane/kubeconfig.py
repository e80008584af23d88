"""A kubeconfig for one user of one cluster."""

import base64

import msgspec


def kubeconfig(*, server: str, ca: bytes, token: str) -> bytes:
    """Write a kubeconfig (YAML) with everything in it: no path leads out of it."""
    cluster = {"server": server, "certificate-authority-data": base64.b64encode(ca).decode()}
    return msgspec.yaml.encode(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "vidra", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": token}}],
            "contexts": [{"name": "vidra", "context": {"cluster": "vidra", "user": "admin", "namespace": "default"}}],
            "current-context": "vidra",
        }
    )
