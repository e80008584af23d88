"""Whether an object is left alone because it is being deleted: pure.

Invariant: nothing is written to an object that is seen to be terminating, not even by its owner. The controllers behind
its finalizers may be reading it. It is applied again when it no longer exists, which its watch shows.
"""

from __future__ import annotations

from vidra.kube.object_snapshot import ObjectSnapshot


def is_terminating(state: ObjectSnapshot | None, uid: str) -> bool:
    """Whether the object of this UID is seen to be terminating; one with another UID at its place does not count."""
    return state is not None and state.uid == uid and state.terminating
