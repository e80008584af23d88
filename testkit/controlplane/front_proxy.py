"""How an API server shows those that it aggregates who asks: by a certificate that they trust."""

from pathlib import Path

import msgspec


class FrontProxy(msgspec.Struct, frozen=True):
    """A certificate for the API server to send as a client, its key, and the authority that vouches for it (PEM)."""

    ca: bytes
    certificate: bytes
    key: bytes

    def flags(self, folder: Path) -> list[str]:
        """Write the three into a folder, and return what kube-apiserver has to be told."""
        folder.mkdir()
        for name, content in (("ca", self.ca), ("certificate", self.certificate), ("key", self.key)):
            (folder / name).write_bytes(content)
        return [
            f"--proxy-client-cert-file={folder / 'certificate'}",
            f"--proxy-client-key-file={folder / 'key'}",
            f"--requestheader-client-ca-file={folder / 'ca'}",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        ]
