import io
import sys

import msgspec
import pytest
import structlog

from vidra.cli.logs import configure


def fail() -> None:
    password = "hush"
    raise ValueError(f"no password of {len(password)} characters")


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_shows_lines_and_never_values(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    before = structlog.get_config()
    configure(form, "info")
    try:
        fail()
    except ValueError:
        structlog.get_logger("one").exception("failed")
    structlog.get_logger("two").debug("not shown")
    structlog.configure(**before)
    text = written.getvalue()
    assert "ValueError: no password of 4 characters" in text
    assert 'password = "hush"' not in text
    assert "'hush'" not in text
    assert "not shown" not in text
    if form == "json":
        [line] = text.splitlines()
        assert msgspec.json.decode(line)["level"] == "error"
