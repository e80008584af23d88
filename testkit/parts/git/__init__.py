"""Servers of Git with repositories that tests write: the programs are Git's own."""

from testkit.parts.git.repository import Entry, Repository
from testkit.parts.git.server import GitServer

__all__ = ["Entry", "GitServer", "Repository"]
