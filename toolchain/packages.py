"""Programs that only the system's package manager has: installed where nobody minds, asked for elsewhere."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from toolchain import cache
from toolchain.errors import BinariesError
from toolchain.progress import heartbeat

FOR_INFRAHUB: Final = {
    "redis-server": "redis-server",
    "rabbitmq-server": "rabbitmq-server",
    "javac": "openjdk-17-jdk-headless",
    "mvn": "maven",
    "git": "git",
}
"""Programs, and the Debian packages that they are in."""
_UNWRAPPED: Final = "/usr/lib/rabbitmq/bin"
"""Where Debian has RabbitMQ itself; what it puts on the path runs it as another user, with that one's files."""
_SYSTEM: Final = ("/usr/sbin", "/usr/local/sbin")
"""Where packages put servers; not on everybody's path."""
_POLICY: Final = Path("/usr/sbin/policy-rc.d")
_NO_SERVICES: Final = "#!/bin/sh\nexit 101\n"
_TAIL: Final = 12


def program(name: str) -> Path | None:
    """Return where a program is, if it is."""
    path = os.pathsep.join((_UNWRAPPED, os.environ.get("PATH", ""), *_SYSTEM))
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def need(wanted: Mapping[str, str]) -> None:
    """Make sure that programs are there; only an administrator, or CI, has them installed.

    Raises:
        BinariesError: Some are missing; the message says how to install them.
    """
    missing = sorted({package for name, package in wanted.items() if program(name) is None})
    if not missing:
        return
    command = f"apt-get install --no-install-recommends {' '.join(missing)}"
    if not _may_install():
        raise BinariesError(
            f"Missing on this system: {', '.join(missing)} (Debian's names). Nothing is installed without your say: "
            f"run `sudo {command}`, or what corresponds to it here, and try again. If that starts services, they may "
            "be stopped: the tests run their own."
        )
    with cache.locked(cache.home() / "packages"):
        _install(missing)
    left = [name for name in wanted if program(name) is None]
    if left:
        raise BinariesError(f"{', '.join(left)} cannot be found even after `{command}`: put them on the path.")


def _may_install() -> bool:
    return shutil.which("apt-get") is not None and (os.geteuid() == 0 or bool(os.environ.get("CI")))


def _install(packages: Sequence[str]) -> None:
    with heartbeat(f"installing {', '.join(packages)} with apt-get", usually="1 minute"), _no_services():
        if _apt("install", "--yes", "--no-install-recommends", *packages).returncode == 0:
            return
        _apt("update")
        ran = _apt("install", "--yes", "--no-install-recommends", *packages)
        if ran.returncode:
            tail = "\n".join(ran.stdout.splitlines()[-_TAIL:])
            raise BinariesError(f"apt-get could not install {', '.join(packages)}:\n{tail}")


def _apt(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 — the command is made here
        [*_administrator(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@contextmanager
def _no_services() -> Iterator[None]:
    """Debian's way to keep packages from starting what is in them; a policy that is there already stays."""
    if _POLICY.exists():
        yield
        return
    write = ("sh", "-c", f"printf %s '{_NO_SERVICES}' > {_POLICY} && chmod 755 {_POLICY}")
    subprocess.run([*_administrator(), *write], check=True)  # noqa: S603 — the command is made here
    try:
        yield
    finally:
        subprocess.run([*_administrator(), "rm", "-f", str(_POLICY)], check=True)  # noqa: S603


def _administrator() -> tuple[str, ...]:
    return () if os.geteuid() == 0 else ("sudo", "--non-interactive")
