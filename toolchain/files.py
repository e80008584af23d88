"""Take files out of a pinned Go module, as its authors released them."""

import shutil
from pathlib import Path

import msgspec

from toolchain.run import run


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of a module that comes with more than Go.

    Attributes:
        name: What the copy is called.
        version: The version of the module, with the leading ``v``.
        module: The pinned module that requires it.
        dependency: The module that holds the folder.
        folder: The folder in it.
        otherwise: What a person can do when it cannot be had.
    """

    name: str
    version: str
    module: str
    dependency: str
    folder: str
    otherwise: str

    def make(self, to: Path) -> None:
        """Copy the folder to the path.

        Raises:
            BinariesError: The module cannot be had.
        """
        answer = run(
            ("go", "mod", "download", "-json", self.dependency),
            module=self.module,
            doing=f"getting {self.name} {self.version}",
            usually="some seconds",
            failed=f"{self.dependency} could not be had",
            otherwise=self.otherwise,
        )
        source = Path(msgspec.json.decode(answer)["Dir"]) / self.folder
        # The module cache is read-only, and a copy of that could not be moved or removed.
        shutil.copytree(source, to, copy_function=shutil.copyfile)
        for folder in (to, *(path for path in to.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
