"""What only the system's package manager has is asked for, and never installed behind somebody's back."""

import os
import re
from pathlib import Path

import pytest

from toolchain.environment import infrahub_server
from toolchain.errors import BinariesError
from toolchain.libraries import neo4j
from toolchain.packages import need

WANTED = Path(__file__).parents[2] / "requirements" / "infrahub.in"


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an administrator, and not in CI."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.mark.usefixtures("somebody")
def test_what_is_there_is_not_asked_for() -> None:
    need({"sh": "dash"})


@pytest.mark.usefixtures("somebody")
def test_what_is_missing_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(BinariesError) as caught:
        need({"sh": "dash", "vidra-has-no-such-program": "some-package", "nor-this": "another"})
    assert "another, some-package" in str(caught.value)
    assert "`sudo apt-get install --no-install-recommends another some-package`" in str(caught.value)


def test_the_lock_file_has_the_version_that_is_wanted() -> None:
    found = re.search(r"^infrahub-server==(\S+)$", WANTED.read_text(), re.MULTILINE)
    assert found
    assert infrahub_server().version == f"v{found.group(1)}"


def test_the_database_has_a_version() -> None:
    assert re.fullmatch(r"v5\.26\.\d+", neo4j().version)
