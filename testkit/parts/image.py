"""The image's file system, made without Docker, and the operator at work in it as a kubelet would have it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from testkit.controlplane import ControlPlane
from testkit.parts.chart import pod
from testkit.process import OperatorProcess
from toolchain import cache
from toolchain.errors import BinariesError
from toolchain.modules import architecture
from toolchain.progress import say

_IMAGES = Path(__file__).parents[4] / "images"
_ACCOUNT = "run/secrets/kubernetes.io/serviceaccount"
_CONTAIN = """
set -eu
root=$1; account=$2; shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind /dev/null "$root/dev/null"
mount --bind "$account" "$root/run/secrets/kubernetes.io/serviceaccount"
mount -o remount,ro,bind "$root"
exec setpriv --no-new-privs chroot --userspec=65532:65532 "$root" "$@"
"""


def make(root: Path) -> None:
    """Make it in a folder; Debian's part is kept in the user's cache from the first time on.

    Raises:
        BinariesError: It cannot be made here, and what to do.
    """
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        raise BinariesError("The image is made by root and with mmdebstrap (Debian, Ubuntu: apt install mmdebstrap).")
    digest = hashlib.sha256(b"".join((_IMAGES / name).read_bytes() for name in ("rootfs", "packages.txt")))
    base = cache.home() / "images" / f"debian-{digest.hexdigest()[:8]}-linux-{architecture()}.tar"
    with cache.locked(base.parent):
        if not base.exists():
            say("Making Debian's part of the image, once: about three minutes.")
        command = (_IMAGES / "rootfs", root, base)
        made = subprocess.run(command, env={**os.environ, "PYTHON": sys.executable}, capture_output=True, check=False)  # noqa: S603
    if made.returncode:
        raise BinariesError(f"images/rootfs failed: {made.stderr.decode().strip()}")


def inside(root: Path, account: Path) -> tuple[str, ...]:
    """What to put before a command so that it runs in there: as user 65532, with a root that cannot be written to.

    Args:
        account: Folder with the files of a ServiceAccount, which are where a kubelet mounts them.
    """
    (root / _ACCOUNT).mkdir(parents=True, exist_ok=True)
    (root / "dev" / "null").touch()
    return ("/usr/bin/unshare", "--mount", "sh", "-c", _CONTAIN, "sh", str(root), str(account))


async def contained(plane: ControlPlane, folder: Path, root: Path, namespace: str) -> OperatorProcess:
    """The operator of the Deployment in the cluster, from the image: in a Pod but for the network and the cgroup."""
    told = await pod(plane, namespace)
    account = folder / "account"
    account.mkdir()
    for name, text in (("token", told.token), ("ca.crt", plane.ca.decode()), ("namespace", namespace)):
        (account / name).write_text(text)
    server = urlsplit(plane.server)
    address = {"KUBERNETES_SERVICE_HOST": str(server.hostname), "KUBERNETES_SERVICE_PORT": str(server.port)}
    program = (*inside(root, account), "vidra")
    return OperatorProcess(folder, more=told.args, environment={**address, **told.environment}, program=program)
