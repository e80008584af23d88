"""The users' health rules: parses and checks them as they are in the ConfigMap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from vidra.api.health import Health, Status
from vidra.apply.health import registry
from vidra.apply.health.compute import health_of, terminating_health, unseen
from vidra.apply.health.fields import Condition, conditions, text
from vidra.apply.health.registry import group_of
from vidra.apply.health.results import one_line
from vidra.manifests import Limits, Problem
from vidra.manifests.decode import decode
from vidra.manifests.documents import documents
from vidra.manifests.problems import RefusedError, shown

FIELDS = "apiVersion, kind, current, and if you like inProgress, failed and message"


class RuleError(Exception):
    """A rule that cannot be used; the message says why."""


class Rule(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One rule as written."""

    api_version: str
    """The group counts, the version does not."""
    kind: str
    current: str
    """True: the object is as its spec says."""
    in_progress: str = ""
    """True: it is in progress. Evaluated first."""
    failed: str = ""
    """True: it failed. Evaluated second."""
    message: str = ""
    """The message; without it the object's conditions are quoted."""


def read(item: Any) -> Rule:
    """The rule in an item of the list.

    Raises:
        RuleError: It is not a rule.
    """
    try:
        rule = msgspec.convert(item, Rule)
    except msgspec.ValidationError as error:
        raise RuleError(f"{shown(str(error))}; a rule has {FIELDS}") from None
    if not rule.api_version or not rule.kind:
        raise RuleError("apiVersion and kind must not be empty")
    return rule


if TYPE_CHECKING:
    from vidra.apply.health.compiled_rule import CompiledRule

_LIMITS = Limits(bytes=128 * 1024, depth=10, nodes=5_000)


class Complaint(msgspec.Struct, frozen=True):
    """What is wrong with one rule; the others are in force."""

    rule: int
    """Number of the rule, from 1; 0 is the whole text."""
    kind: str
    message: str

    def __str__(self) -> str:
        name = f" ({shown(self.kind)})" if self.kind else ""
        return f"rule {self.rule}{name}: {self.message}" if self.rule else self.message


class Rules:
    """The rules in force; those of users take precedence over Vidra's own."""

    def __init__(self, asked: Mapping[tuple[str, str], CompiledRule] | None = None) -> None:
        self._asked = asked or {}

    def __len__(self) -> int:
        return len(self._asked)

    def health_of(self, source: Mapping[str, Any], *, has_status: bool = False) -> Health:
        """The health of an object; raises nothing.

        Args:
            has_status: Its kind has a status subresource, as far as is known.
        """
        if not self._asked:
            return health_of(source, has_status=has_status)
        group, kind = group_of(text(source, "apiVersion")), text(source, "kind")
        asked = self._asked.get((group, kind))
        if asked is None:
            return health_of(source, has_status=has_status)
        return terminating_health(source) or unseen(source, group, kind) or _told(source, asked(source))

    def needs_body(self, api_version: str, kind: str) -> bool:
        """Whether spec and status are needed for this kind; if not, its metadata are enough."""
        return (group_of(api_version), kind) in self._asked or registry.needs_body(api_version, kind)


def parse(rules: bytes | str) -> tuple[Rules, tuple[Complaint, ...]]:
    """The rules in a YAML list, and the complaints about the others."""
    asked: dict[tuple[str, str], CompiledRule] = {}
    complaints: list[Complaint] = []
    for number, item in enumerate(_items(rules, complaints), 1):
        try:
            _take(read(item), asked)
        except RuleError as error:
            complaints.append(Complaint(number, text(item, "kind"), str(error)))
    return Rules(asked), tuple(complaints)


def _take(rule: Rule, asked: dict[tuple[str, str], CompiledRule]) -> None:
    from vidra.apply.health.compiled_rule import CompiledRule  # noqa: PLC0415 - CEL is loaded with the first rule

    key = (group_of(rule.api_version), rule.kind)
    if key in asked:
        raise RuleError("there is a rule for this kind already, which stays in force")
    asked[key] = CompiledRule(rule)


def _items(rules: bytes | str, complaints: list[Complaint]) -> Iterator[Any]:
    try:
        for found in documents(decode(rules, _LIMITS), _LIMITS):
            if isinstance(found, Problem):
                complaints.append(_whole(found.line, found.message))
            elif isinstance(found.value, list):
                yield from found.value
            elif found.value is not None:
                complaints.append(_whole(found.line, f"the rules are a YAML list; each has {FIELDS}"))
    except RefusedError as error:
        complaints.append(_whole(error.line, error.message))


def _whole(line: int, message: str) -> Complaint:
    return Complaint(0, "", f"line {line}: {message}" if line else message)


def _told(source: Mapping[str, Any], health: Health) -> Health:
    """The health with the object's own message, when the rule has none."""
    if health.message or health.status is Status.CURRENT:
        return health
    words = _words(list(conditions(source).values()))
    return Health(health.status, one_line(words or f"its rule says {health.status}"))


def _words(found: list[Condition]) -> str:
    """The message of the conditions: the summary before those that are false."""
    telling = [item for item in found if item.type in {"Stalled", "Ready"}] + [item for item in found if not item.true]
    return next((item.message for item in telling if item.message), "")
