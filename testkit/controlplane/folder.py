"""The folder of one control plane: the files that its programs read and write."""

from pathlib import Path
from typing import Final

import msgspec

from testkit.controlplane.keys import ec_private_key

_CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----"
_AUDIT_POLICY: Final = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "rules": [{"level": "Metadata"}],
}


class Folder:
    """Where everything of one control plane lies."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.etcd = root / "etcd"
        self.certificates = root / "certificates"
        self.key = root / "service-accounts.key"
        self.tokens = root / "tokens.csv"
        self.audit_policy = root / "audit-policy.yaml"
        self.audit_log = root / "audit.log"
        self.front_proxy = root / "front-proxy"
        self.kubeconfig = root / "kubeconfig.yaml"

    def prepare(self, *, token: str) -> None:
        """Write what kube-apiserver reads."""
        self.key.write_text(ec_private_key())
        self.tokens.write_text(f'{token},admin,admin,"system:masters"\n')
        self.audit_policy.write_bytes(msgspec.yaml.encode(_AUDIT_POLICY))

    def has_certificate(self) -> bool:
        """Whether kube-apiserver made its certificate; it writes the key last."""
        return (self.certificates / "apiserver.key").exists()

    def ca(self) -> bytes:
        """Return the authority that kube-apiserver made for itself (PEM): the last in its chain."""
        chain = (self.certificates / "apiserver.crt").read_text()
        return (_CERTIFICATE + chain.split(_CERTIFICATE)[-1]).encode()
