"""What can go wrong with a local control plane."""


class ControlPlaneError(Exception):
    """A part of the control plane did not start or died; the message ends with the tail of its log."""


class KubectlError(Exception):
    """A command of kubectl, or of a program like it, failed; the message is what it said."""
