"""One rule of a user, as it is written."""

from typing import Any

import msgspec

from vidra.manifests.problems import shown

FIELDS = "apiVersion, kind, current, and if you like inProgress, failed and message"


class RuleError(Exception):
    """A rule that cannot be used; the message says why."""


class Rule(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One rule as it is written."""

    api_version: str
    """The version does not matter, the group does."""
    kind: str
    current: str
    """True: the object is what its spec says."""
    in_progress: str = ""
    """True: it is on its way. Asked first."""
    failed: str = ""
    """True: it met an error. Asked second."""
    message: str = ""
    """A text for a person; without it the object's conditions are quoted."""


def read(item: Any) -> Rule:
    """The rule in an item of the list.

    Raises:
        RuleError: It is none.
    """
    try:
        rule = msgspec.convert(item, Rule)
    except msgspec.ValidationError as error:
        raise RuleError(f"{shown(str(error))}; a rule has {FIELDS}") from None
    if not rule.api_version or not rule.kind:
        raise RuleError("apiVersion and kind must not be empty")
    return rule
