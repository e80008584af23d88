"""Fixtures with a real Infrahub; it starts once in a run, and only in one that asks for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from testkit.contract import LIFETIME
from testkit.parts.infrahub.loaded import LoadedInfrahub

_EXAMPLE = Path(__file__).parents[5] / "examples" / "infrahub"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run hold the contract test against the real thing."""
    parser.addoption(
        "--real-infrahub", action="store_true", help="hold the contract test against a real Infrahub as well"
    )


@pytest.fixture(scope="session")
async def real_infrahub() -> AsyncIterator[LoadedInfrahub]:
    """The one real Infrahub of the run, with the example repository; its access tokens soon end."""
    lifetime = {"INFRAHUB_SECURITY_ACCESS_TOKEN_LIFETIME": str(LIFETIME)}
    async with LoadedInfrahub(_EXAMPLE, **lifetime) as loaded:
        yield loaded
