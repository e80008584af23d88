"""Folders of an artifact in a container registry (the distribution specification of OCI)."""

from vidra.sources.oci.kind import OciKind

__all__ = ["OciKind"]
