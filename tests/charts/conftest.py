"""The chart as it lies in the repository."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def chart() -> Path:
    """Its folder."""
    return Path(__file__).parents[2] / "charts" / "vidra"
