"""The page for those who know the first Vidra shows commands that there are, and every command that there was."""

import re
import shlex
from pathlib import Path

import pytest

from vidra.cli.main import app
from vidra.cli.parsing.command import Command
from vidra.cli.parsing.find import find
from vidra.cli.parsing.parse import parse

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "what-is-different.md"
ROWS = re.findall(r"^\| `(vidra-cli [^`]+)` \| `vidra ([^`]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("line", [line for _, line in ROWS])
def test_every_line_that_it_shows_is_understood(line: str) -> None:
    found = find(app, "vidra", shlex.split(line))
    assert isinstance(found.node, Command)
    assert parse(found.node, found.rest)


def test_every_flag_of_the_first_one_is_in_it() -> None:
    before = " ".join(line for line, _ in ROWS)
    flags = {f"-{letter}" for letter in "uabdsNeEpqrn"}
    assert flags <= set(before.split())
