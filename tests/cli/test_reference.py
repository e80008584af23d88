"""The reference of the command line is what the commands say."""

import re
from pathlib import Path

from vidra.cli.commands.reference import written

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def sections() -> dict[str, str]:
    return {part.partition("\n")[0]: part for part in re.split(r"^## (?=vidra )", written(), flags=re.MULTILINE)[1:]}


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "run: vidra reference --output docs/cli.md"


def test_every_command_has_an_example() -> None:
    assert [name for name, text in sections().items() if "```sh\nvidra" not in text and "| vidra " not in text] == []


def test_every_option_and_argument_is_explained() -> None:
    rows = re.findall(r"^\| `([^|]+)` \|(.*)\|$", written(), re.MULTILINE)
    assert [name for name, meaning in rows if not meaning.strip()] == []


def test_the_exit_codes_are_there() -> None:
    assert re.findall(r"^\| (\d+) \|", written(), re.MULTILINE) == ["0", "1", "2", "3", "4", "130"]
