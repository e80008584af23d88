"""Text of an artifact → Kubernetes objects with an identity, read as kubectl reads it; no I/O."""

from vidra.manifests.limits import Limits
from vidra.manifests.object_ref import Ref
from vidra.manifests.parse import ManifestObject, Reading, read
from vidra.manifests.problems import Problem, ProblemReason

__all__ = ["Limits", "ManifestObject", "Problem", "ProblemReason", "Reading", "Ref", "read"]
