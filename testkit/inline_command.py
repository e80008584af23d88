"""One subcommand in this process: for what needs no cluster, no signal and no terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any
from unittest.mock import patch

import msgspec

from vidra.cli.parsing.command import Command
from vidra.cli.run import call


class Result(msgspec.Struct, frozen=True):
    """How it ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Everything that it wrote."""
        return self.stdout + self.stderr


def invoke(function: Callable[..., None], words: list[str], *, input: str = "") -> Result:  # noqa: A002
    """Call the function of a subcommand with these words."""
    out, err = io.StringIO(), io.StringIO()
    given: Any = io.TextIOWrapper(io.BytesIO(input.encode()), encoding="utf-8")
    with patch.object(sys, "stdin", given), redirect_stdout(out), redirect_stderr(err):
        code = call(Command(function), "vidra", words)
    return Result(code, out.getvalue(), err.getvalue())
