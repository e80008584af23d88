"""Build a program from a Go module that is pinned beside this file."""

from pathlib import Path

import msgspec

from toolchain.run import run


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A program and what it is built from.

    Attributes:
        name: What the file is called.
        version: What it is, with the leading ``v``.
        module: The pinned module.
        package: The Go package of its `main`.
        usually: How long building takes, for who waits.
        stamp: What is set at link time: full names of variables, and their values.
        otherwise: What a person can do when it does not build.
    """

    name: str
    version: str
    module: str
    package: str
    usually: str
    stamp: dict[str, str] = {}
    otherwise: str

    def make(self, to: Path) -> None:
        """Build it into the path.

        Raises:
            BinariesError: It does not build here.
        """
        flags = " ".join(("-s -w", *(f"-X {name}={value}" for name, value in self.stamp.items())))
        run(
            ("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", str(to), self.package),
            module=self.module,
            doing=f"building {self.name} {self.version}",
            usually=self.usually,
            failed=f"{self.name} could not be built",
            otherwise=self.otherwise,
        )
