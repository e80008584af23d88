"""Folders of a Git repository: asked for over https or ssh, read in a process of its own, never checked out."""

from vidra.sources.git.kind import GitKind

__all__ = ["GitKind"]
