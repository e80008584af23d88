"""Text of an artifact → Kubernetes objects with an identity, read as kubectl reads it; no I/O."""

from vidra.manifests.identity import Ref
from vidra.manifests.limits import Limits
from vidra.manifests.problems import Problem, ProblemReason
from vidra.manifests.read import read
from vidra.manifests.reading import ManifestObject, Reading

__all__ = ["Limits", "ManifestObject", "Problem", "ProblemReason", "Reading", "Ref", "read"]
