"""A value in which aliases share parts → one in which nothing is shared, so that changing a part changes only it."""

from typing import Any


def unshare(value: Any) -> Any:
    """A copy of maps and lists all the way down; their depth has been limited before."""
    if isinstance(value, dict):
        return {key: unshare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unshare(item) for item in value]
    return value
