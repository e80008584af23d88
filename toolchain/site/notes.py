"""The list of the design notes, newest first, so that a further note needs no line anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_FOLDER: Final = "design/"
_DATED: Final = re.compile(r"(\d{4}-\d{2}-\d{2})-.+\.md")
_HEAD: Final = """# Design notes

Decisions that may be questioned, with alternatives and drawbacks, for those who change Vidra. Each has its date; a
later note may overrule an earlier one. [Vocabulary](vocabulary.md) says what the words mean.

| date | note |
|---|---|
"""


def notes_page(pages: Mapping[str, str]) -> str:
    """Return the page, from all pages of the site by their path."""
    names = (path.removeprefix(_FOLDER) for path in pages if path.startswith(_FOLDER))
    dated = sorted((name for name in names if _DATED.fullmatch(name)), reverse=True)
    return _HEAD + "".join(f"| {name[:10]} | [{_title(pages[_FOLDER + name])}]({name}) |\n" for name in dated)


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")
