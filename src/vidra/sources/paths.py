"""The `paths` of a spec, checked before anything is asked: pure."""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.reasons import Reason
from vidra.sources.globs import Patterns
from vidra.sources.protocol import SourceError


def check_paths(paths: Iterable[str], field: str) -> None:
    """Refuse patterns that can match nothing inside of a source.

    Args:
        field: Where they stand in the spec.

    Raises:
        SourceError: One of them is such a pattern.
    """
    try:
        Patterns(paths)
    except ValueError as error:
        raise SourceError(Reason.INVALID_SPEC, f"{field}: {error}") from None
