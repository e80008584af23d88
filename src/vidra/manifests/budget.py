"""What the documents of one text may still use up together."""

from vidra.manifests.limits import Limits
from vidra.manifests.problems import Problem, ProblemReason, RefusedError, shown


class Budget:
    """The rest of a text's limits.

    A document that is refused gives back its nodes, so that a bomb takes nothing from its neighbours, but not what
    was copied for it: that work was done.
    """

    __slots__ = ("characters", "copies", "depth", "nodes")

    def __init__(self, limits: Limits) -> None:
        self.depth = limits.depth
        self.nodes = limits.nodes
        self.copies = limits.nodes // 4
        self.characters = limits.bytes

    def take_copies(self, number: int) -> None:
        """Use up copies of nodes.

        Raises:
            RefusedError: There are not as many left.
        """
        if number > self.copies:
            raise too_many_aliases()
        self.copies -= number


def too_many_aliases() -> RefusedError:
    """What to say of a document that its aliases make too large."""
    message = "the aliases (*name) make the document too large; write fewer of them, or divide the text"
    return RefusedError(ProblemReason.TOO_MANY_ALIASES, message)


def too_many_nodes() -> RefusedError:
    """What to say of a document that is too large without aliases."""
    return RefusedError(ProblemReason.TOO_MANY_NODES, "the text holds too many keys and values; divide it into several")


def too_deep(depth: int) -> RefusedError:
    """What to say of a document with too many levels."""
    message = f"maps and lists are more than {depth} levels deep; make the document flatter"
    return RefusedError(ProblemReason.TOO_DEEP, message)


MOST_WARNINGS = 20
"""Of the same document; a stranger could make millions."""


class Tally:
    """Counts nodes and characters of one document, aliases written out, against what its text may still use."""

    __slots__ = ("aliased", "budget", "characters", "copied", "nodes", "number", "warnings")

    def __init__(self, budget: Budget, number: int) -> None:
        self.budget = budget
        self.number = number
        self.nodes = 0
        self.characters = 0
        self.aliased = 0
        self.copied = 0
        self.warnings: list[Problem] = []

    def node(self) -> None:
        """Count one more key, value, map or list.

        Raises:
            RefusedError: The document is too large.
        """
        self.nodes += 1
        if self.nodes > self.budget.nodes:
            raise too_many_aliases() if self.aliased > self.nodes // 2 else too_many_nodes()

    def alias(self, nodes: int, characters: int) -> None:
        """Count what an alias stands for, before anything is copied.

        Raises:
            RefusedError: The document is too large.
        """
        self.nodes += nodes
        self.aliased += nodes
        self.characters += characters
        self.copied += characters
        if self.nodes > self.budget.nodes or self.aliased > self.budget.copies or self.copied > self.budget.characters:
            raise too_many_aliases()

    def repeated(self, key: str, line: int) -> None:
        """Warn of a key that is twice in a map."""
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(repeated(key, self.number, line))

    def settle(self) -> None:
        """Take from the text's limits what the document, now read, has used.

        Raises:
            RefusedError: There is not as much left.
        """
        self.budget.take_copies(self.aliased)
        self.budget.nodes -= self.nodes
        self.budget.characters -= self.copied


def repeated(key: str, number: int, line: int) -> Problem:
    """What to say of a key that is twice in a map."""
    message = f"the key {shown(key)!r} is twice in one map and the last one counts; remove the other"
    return Problem(number, line, ProblemReason.DUPLICATE_KEY, message)
