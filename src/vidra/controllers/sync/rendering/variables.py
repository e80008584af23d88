"""Texts of values → the variables of a kustomization: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vidra.api.reasons import Reason
from vidra.manifests.budget import Budget, Tally
from vidra.manifests.limits import Limits
from vidra.manifests.problems import RefusedError
from vidra.manifests.yaml_document import EMPTY, parse_yaml
from vidra.render.request import Values, Variable
from vidra.sources.protocol import SourceError

_LIMITS = Limits()


def variables(found: Iterable[Values], own: Mapping[str, str]) -> tuple[Variable, ...]:
    """The variables in some texts, and those of the spec; of two with one name the later one counts.

    Raises:
        SourceError: A text is no map of plain values.
    """
    known: dict[str, Variable] = {}
    for values in found:
        for name, value in _map(values).items():
            known[name] = Variable(name=name, value=_text(value, name, values), secret=values.secret)
    known |= {name: Variable(name=name, value=value) for name, value in own.items()}
    return tuple(known[name] for name in sorted(known))


def _map(values: Values) -> Mapping[str, object]:
    try:
        found = parse_yaml(values.text.decode(), 1, Tally(Budget(_LIMITS), 1))
    except (RefusedError, UnicodeDecodeError):
        found = None  # what a parser says may hold a secret
    if found is EMPTY:
        return {}
    if not isinstance(found, Mapping):
        raise SourceError(Reason.RENDER_FAILED, f"{values.name} is no YAML map of variables, such as `REGION: north`")
    return found


def _text(value: object, name: str, values: Values) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    message = f"{values.name}: the variable {name} is a map, a list or empty; write a text or a number"
    raise SourceError(Reason.RENDER_FAILED, message)
