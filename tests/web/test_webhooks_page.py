"""The guide says what can become of a call."""

import re
from pathlib import Path

from vidra.web.webhooks.result import Result

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "webhooks.md"


def test_every_result_is_on_the_page_and_no_other() -> None:
    assert re.findall(r"^\| `(\w+)` \| [0-9n]", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == list(Result)
