"""What a source is lent, without a cluster."""

from __future__ import annotations

import pytest

from testkit.sources import Remarks, lend
from vidra.sources.lent import Lent


@pytest.fixture
def remarks() -> Remarks:
    return Remarks()


@pytest.fixture
def lent() -> Lent:
    return lend()
