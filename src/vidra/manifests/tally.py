"""What one document has used up so far, and the warnings about its keys."""

from vidra.manifests.budget import Budget, too_many_aliases, too_many_nodes
from vidra.manifests.problems import Problem, ProblemReason, shown

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
