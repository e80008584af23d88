"""Manifests behind a URL: a file, or an archive of folders."""

from vidra.sources.http.kind import HttpKind

__all__ = ["HttpKind"]
