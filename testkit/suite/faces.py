"""``@pytest.mark.faces(2)``: of a test with many parameters, the first two run always, the others are `occasional`.

A kind that was mended has many faces, and each is tested. When all of them go through one mechanism, and each costs a
second or more on an API server, a few of them show as soon as a change breaks it; `make test-all` runs them all.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

_SEEN: Final = pytest.StashKey[Counter[str]]()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Count the faces of each test in the order in which they are written down, and mark those beyond the number."""
    mark = item.get_closest_marker("faces")
    if mark is None:
        return
    (number,) = mark.args
    seen = item.config.stash.setdefault(_SEEN, Counter())
    test = item.nodeid.partition("[")[0]
    seen[test] += 1
    if seen[test] > number:
        item.add_marker(pytest.mark.occasional)
