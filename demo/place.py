"""The folder where a person finds the demo: vidra and kubectl that know where to go, kubeconfig, operator's log."""

from __future__ import annotations

import fcntl
import itertools
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from toolchain import cache

OPERATOR: Final = "operator"


class Place:
    """A folder of one demo, readable for its user alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig.yaml"
        self.kubectl = folder / "kubectl"
        self.vidra = folder / "vidra"
        self.log = folder / f"{OPERATOR}.log"

    def fill(self, *, kubeconfig: Path, kubectl: Path, operator: list[str]) -> None:
        """Write the kubeconfig, and scripts that use it: kubectl, vidra, and the operator as it is started."""
        self.kubeconfig.write_bytes(kubeconfig.read_bytes())
        self.kubeconfig.chmod(0o600)
        self._script(self.kubectl, [str(kubectl)], KUBECACHEDIR=str(self.folder / "kubectl-cache"))
        self._script(self.vidra, [sys.executable, "-P", "-m", "vidra"])
        self._script(self.folder / OPERATOR, operator)

    def clear(self) -> None:
        """Remove everything but the operator's log."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path != self.log:
                path.unlink(missing_ok=True)

    def _script(self, path: Path, command: list[str], **environment: str) -> None:
        variables = {"KUBECONFIG": str(self.kubeconfig), **environment}
        exports = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
        path.write_text(f'#!/bin/sh\nexport {exports}\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
        path.chmod(0o700)


@contextmanager
def claimed() -> Iterator[Place]:
    """A place in the user's cache that no other demo has; the lock ends with the process, however that ends."""
    home = cache.home()
    home.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        folder = home / ("demo" if number == 1 else f"demo-{number}")
        with folder.with_name(f"{folder.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            place = Place(folder)
            try:
                yield place
            finally:
                place.clear()
            return
