"""What only the system's package manager has is asked for, and never installed behind somebody's back."""

import os
import re
from pathlib import Path

import pytest

from toolchain.environment import infrahub_server
from toolchain.errors import BinariesError
from toolchain.libraries import neo4j
from toolchain.packages import need

REQUIREMENTS = Path(__file__).parents[2] / "requirements"


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


@pytest.mark.parametrize(("release", "wanted"), [("1.4", "infrahub.in"), ("1.11", "infrahub-1.11.in")])
def test_the_lock_file_has_the_version_that_is_wanted(release: str, wanted: str) -> None:
    found = re.search(r"^infrahub-server==(\S+)$", (REQUIREMENTS / wanted).read_text(), re.MULTILINE)
    assert found
    assert found.group(1).startswith(f"{release}.")
    assert infrahub_server(release).version == f"v{found.group(1)}"


def test_a_release_that_nobody_knows_is_named() -> None:
    with pytest.raises(BinariesError, match=r"Infrahub 0\.9: choose one of 1\.4, 1\.11"):
        infrahub_server("0.9")


def test_the_database_has_a_version() -> None:
    assert re.fullmatch(r"v5\.26\.\d+", neo4j().version)
