"""Make CustomResourceDefinitions from Go types, for what releases none as files of a Go module."""

from pathlib import Path
from typing import Any, Final

import msgspec

from toolchain.build import Program
from toolchain.keep import kept
from toolchain.modules import place, required
from toolchain.run import run

COMPLETION: Final = "completion.yaml"
"""File beside a go.mod: what the authors add to their definitions in code, by the name of the definition."""


class _Addition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: dict[str, Any] = {}
    version: dict[str, Any] = {}


class _Completion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    additions: dict[str, _Addition]
    unserved: tuple[str, ...] = ()


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    """Types, and what the definitions lack that are made from them.

    Attributes:
        name: What the folder of definitions is called; each is a file in it.
        version: The version of the module that holds the types, with the leading ``v``.
        module: The pinned module that requires it.
        packages: The Go packages of the types.
        generator: The key of what makes them, which counts as a part of what they are made from.
        otherwise: What a person can do when they cannot be made.
    """

    name: str
    version: str
    module: str
    packages: tuple[str, ...]
    generator: str
    otherwise: str

    def make(self, to: Path) -> None:
        """Write the definitions into the path.

        Raises:
            BinariesError: They cannot be made here.
        """
        generator = kept(controller_gen(self.otherwise))
        run(
            (
                str(generator),
                "crd:allowDangerousTypes=true",  # the types hold floating point numbers
                *(f"paths={package}" for package in self.packages),
                f"output:crd:dir={to}",
            ),
            module=self.module,
            doing=f"making {self.name} {self.version}",
            usually="some seconds",
            failed=f"{self.name} could not be made",
            otherwise=self.otherwise,
        )
        _complete(to, msgspec.yaml.decode((place(self.module) / COMPLETION).read_bytes(), type=_Completion))


def controller_gen(otherwise: str) -> Program:
    """Return the program that reads Go types."""
    return Program(
        name="controller-gen",
        version=required("controller-gen", "sigs.k8s.io/controller-tools"),
        module="controller-gen",
        package="sigs.k8s.io/controller-tools/cmd/controller-gen",
        usually="1 minute on two cores",
        otherwise=otherwise,
    )


def _complete(folder: Path, completion: _Completion) -> None:
    for name in completion.unserved:
        _file(folder, name).unlink()
    for name, addition in completion.additions.items():
        file = _file(folder, name)
        definition = msgspec.yaml.decode(file.read_bytes())
        definition["spec"]["names"] |= addition.names
        definition["spec"]["versions"] = [version | addition.version for version in definition["spec"]["versions"]]
        file.write_bytes(msgspec.yaml.encode(definition))


def _file(folder: Path, name: str) -> Path:
    plural, group = name.split(".", 1)
    return folder / f"{group}_{plural}.yaml"
