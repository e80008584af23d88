"""Matches labels with a selector, by the rules of Kubernetes' own label selectors: pure."""

from __future__ import annotations

from collections.abc import Mapping

from vidra.api.sync import ClusterSelector, Operator, SelectorTerm


def matches(selector: ClusterSelector, labels: Mapping[str, str]) -> bool:
    """Whether all terms match. An empty selector matches nothing, because it is more often a mistake than meant."""
    if not selector.match_labels and not selector.match_expressions:
        return False
    return all(labels.get(key) == value for key, value in selector.match_labels.items()) and all(
        _holds(term, labels) for term in selector.match_expressions
    )


def _holds(term: SelectorTerm, labels: Mapping[str, str]) -> bool:
    value = labels.get(term.key)
    match term.operator:
        case Operator.IN:
            return value is not None and value in term.values
        case Operator.NOT_IN:
            return value is None or value not in term.values
        case Operator.EXISTS:
            return value is not None
        case Operator.DOES_NOT_EXIST:
            return value is None
