"""Which refusals mean that a field is immutable, and which objects may then be recreated: pure."""

from __future__ import annotations

import re

from vidra.api.names import RECREATE
from vidra.apply.desired.object import DesiredObject
from vidra.kube.errors import ApiError

_SAYS_SO = re.compile(
    r"\bimmutable\b"
    r"|\bmay not be changed\b"
    r"|\bmay not change once set\b"
    r"|\bcannot change roleRef\b"
    r"|\bupdates to .* are forbidden\b"
    r"|\bupdates may not change fields other than\b"
    r"|\bupdates may not add or remove containers\b"
    r"|\bfailed rule: self == oldSelf\b",
    re.IGNORECASE,
)
"""The words of API servers and CRDs; each of these is in a test."""
_RULE = "failed rule: "
_UNQUOTED = "Forbidden: "
"""Such a message begins with the server's own words; a diff of two values may follow on further lines."""

_NEVER = frozenset(
    {
        ("", "Namespace"),
        ("", "PersistentVolumeClaim"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
    }
)
"""Kinds (group, kind) whose deletion loses data that cannot be recreated."""


def immutable(error: ApiError) -> tuple[str, ...]:
    """The immutable fields in a refusal; none when the refusal has other causes too.

    An object with another error would be refused again after it was deleted.
    """
    if error.code != 422 or error.conflict or not error.causes:
        return ()
    if not all(_SAYS_SO.search(_detail(cause.message)) for cause in error.causes):
        return ()
    return tuple(sorted({cause.field for cause in error.causes if not cause.field.startswith("metadata.")}))


def may_be_made_anew(item: DesiredObject) -> bool:
    """Whether the manifest allows to delete and recreate the object."""
    return item.body["metadata"]["annotations"].get(RECREATE) == "enabled" and not never_made_anew(item)


def never_made_anew(item: DesiredObject) -> bool:
    """Whether no annotation can allow that."""
    return (item.ref.group, item.ref.kind) in _NEVER


def _detail(message: str) -> str:
    """The server's words, without the quoted value before them, which may contain any words."""
    if message.startswith(_UNQUOTED):
        return message.partition("\n")[0]
    before, _, after = message.rpartition(": ")
    return _RULE + after if before.endswith(_RULE.rstrip(": ")) else after
