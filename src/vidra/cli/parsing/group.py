"""Commands below one name. A command that nobody asks for is not even imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from vidra.cli.parsing.command import Command

F = TypeVar("F", bound=Callable[..., None])


class Group:
    """What stands before further words: `vidra`, `vidra infrahub`, `vidra infrahub webhook`."""

    def __init__(self, text: str, *, shared: tuple[str, ...] = ()) -> None:
        self.help = text
        self.shared = shared
        """Options with a value that may stand before the verb already; each is the verb's."""
        self.hidden = False
        self._children: dict[str, Command | Group | str] = {}
        self._panels: dict[str, str] = {}

    @property
    def summary(self) -> str:
        """Its first sentence."""
        return self.help.removesuffix(".")

    def command(self, name: str, *, text: str = "") -> Callable[[F], F]:
        """A decorator that makes a function a command here."""

        def add(function: F) -> F:
            self._children[name] = Command(function, text=text)
            return function

        return add

    def add(self, name: str, child: Command | Group | str, *, panel: str = "") -> None:
        """Put something below this name.

        Args:
            child: It, or `module:attribute` where it is found once somebody asks for it.
            panel: The heading that it stands below in the help; empty: none, and it is not listed.
        """
        self._children[name] = child
        self._panels[name] = panel

    def names(self) -> list[str]:
        """What may follow, without importing any of it; not what is hidden."""
        return [name for name in self._children if self._panels.get(name, "all")]

    def child(self, name: str) -> Command | Group | None:
        """The command or group of this name, imported; None: there is none."""
        found = self._children.get(name)
        if isinstance(found, str):
            self._children[name] = found = _imported(found)
        return found

    def listed(self) -> Iterator[tuple[str, str, Command | Group]]:
        """Panel, name and child of everything that is not hidden, imported."""
        for name in self.names():
            child = self.child(name)
            assert child is not None
            yield self._panels.get(name, ""), name, child


def _imported(where: str) -> Command | Group:
    from importlib import import_module

    module, _, attribute = where.partition(":")
    found: Any = getattr(import_module(module), attribute)
    return found if isinstance(found, Group) else Command(found)
