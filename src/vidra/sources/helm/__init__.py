"""Charts of Helm repositories and of registries."""

from vidra.sources.helm.kind import HelmKind

__all__ = ["HelmKind"]
