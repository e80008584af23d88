"""A real Kubernetes control plane on loopback, for tests and the demo."""

from vidra.testing.controlplane.admin import Answer
from vidra.testing.controlplane.audit import AuditEntry, AuditLog
from vidra.testing.controlplane.errors import ControlPlaneError, KubectlError
from vidra.testing.controlplane.kubectl import Finished
from vidra.testing.controlplane.plane import ControlPlane

__all__ = ["Answer", "AuditEntry", "AuditLog", "ControlPlane", "ControlPlaneError", "Finished", "KubectlError"]
