"""The values that a Kubernetes label accepts."""

from __future__ import annotations

import re

SEE_ANNOTATION = "see-annotation"
"""Value of a label that has to be there, where what it should say does not fit: the annotation of its name says it."""


def is_label_value(text: str) -> bool:
    """Whether a label can hold it: 63 characters at most, no colon, no slash."""
    return re.fullmatch(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", text) is not None
