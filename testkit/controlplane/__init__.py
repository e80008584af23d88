"""A real Kubernetes control plane on loopback, for tests and the demo."""

from testkit.controlplane.admin import Answer
from testkit.controlplane.audit import AuditEntry, AuditLog
from testkit.controlplane.errors import ControlPlaneError, KubectlError
from testkit.controlplane.kubectl import Finished
from testkit.controlplane.plane import ControlPlane

__all__ = ["Answer", "AuditEntry", "AuditLog", "ControlPlane", "ControlPlaneError", "Finished", "KubectlError"]
