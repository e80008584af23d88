"""The merge key ``<<`` as kubectl's YAML has it."""

from typing import Any

from vidra.manifests.problems import ProblemReason, RefusedError


def sources(value: Any, *, aliased: bool) -> list[dict[str, Any]]:
    """The maps to merge, in the order in which they are laid over each other.

    Raises:
        RefusedError: The value is no map and no list of maps.
    """
    if isinstance(value, dict):
        return [value]
    if aliased or not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise RefusedError(ProblemReason.INVALID_MERGE, "'<<' needs a map, an alias of a map, or a list of these")
    return value[::-1]
