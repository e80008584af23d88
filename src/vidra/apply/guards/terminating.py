"""Whether an object is left alone because it is being deleted: pure.

Invariant: nothing is written to an object that is seen to be terminating, not even by its owner. What it becomes now is
nobody's any more, and whoever holds its finalizers may be reading it. It is applied again when it is gone, which its
watch shows.
"""

from __future__ import annotations

from vidra.kube.object_snapshot import ObjectSnapshot


def is_terminating(state: ObjectSnapshot | None, uid: str) -> bool:
    """Whether the object of this UID is seen to be terminating; another one at its place says nothing about it."""
    return state is not None and state.uid == uid and state.terminating
