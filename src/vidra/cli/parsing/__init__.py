"""Reads a command line by the signatures of functions: what it accepts, its help, and what a shell may complete."""

from vidra.cli.parsing.declared import Argument, Option
from vidra.cli.parsing.group import Group

__all__ = ["Argument", "Group", "Option"]
