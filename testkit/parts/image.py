"""The operator at work in the image's file system, as a kubelet would have it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from testkit.controlplane import ControlPlane
from testkit.parts.chart import pod
from testkit.process import OperatorProcess

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
