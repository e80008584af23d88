import logging
import sys
from collections.abc import Iterator

import msgspec
import pytest
import structlog

from vidra.cli.log_config import configure


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def fail() -> None:
    password = "hush"
    raise ValueError(f"no password of {len(password)} characters")


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_shows_lines_and_never_values(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(form, "info")
    try:
        fail()
    except ValueError:
        structlog.get_logger("one").exception("failed")
    structlog.get_logger("two").debug("not shown")
    text = capsys.readouterr().err
    assert "ValueError: no password of 4 characters" in text
    assert 'password = "hush"' not in text
    assert "'hush'" not in text
    assert "not shown" not in text
    if form == "json":
        [line] = text.splitlines()
        assert msgspec.json.decode(line)["level"] == "error"


def test_what_libraries_warn_of_is_a_line_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", "info")
    logging.getLogger("some.library").warning("%d of them", 3)
    logging.getLogger("some.library").info("not shown")
    [line] = map(msgspec.json.decode, capsys.readouterr().err.splitlines())
    assert (line["event"], line["level"], line["library"]) == ("3 of them", "warning", "some.library")


@pytest.mark.parametrize(
    ("terminal", "no_color", "coloured"), [(False, "", False), (True, "", True), (True, "1", False)]
)
def test_only_a_terminal_gets_colours(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    no_color: str,
    coloured: bool,
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    configure("text", "info")
    structlog.get_logger("one").warning("something", name="value")
    text = capsys.readouterr().err
    assert "something" in text
    assert ("\x1b[" in text) is coloured
