"""ConfigMaps and Secrets of Vidra's own cluster as a source: each key is a unit."""

from vidra.sources.inline.kind import InlineKind

__all__ = ["InlineKind"]
