"""What Flux' source-controller has fetched as a source: an archive, named in the status of an object of Flux."""

from vidra.sources.flux.kind import FluxKind

__all__ = ["FluxKind"]
