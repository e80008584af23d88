"""What differs between the releases of Infrahub that the stand-in speaks as."""

from __future__ import annotations

import msgspec


class Release(msgspec.Struct, frozen=True):
    """One of them; everything else is the same in all."""

    version: str
    signs_spaced: bool
    """Whether what a webhook signs has spaces (up to 1.6)."""
    webhooks_are_switched: bool
    """Whether a webhook has the attribute `active` (since 1.7)."""
    calls_at_once: int
    """How often a webhook that is not answered is called within an instant: 4; since 1.11 once, and 3 times more, each
    two minutes after the last."""
    refuses_early: bool
    """Whether a moment before the first branch is a 422 (since 1.9)."""
    verifies_files: bool
    """Whether a stored file that is not the artifact's is a 409 (since 1.10)."""
    knows_other_kinds: bool
    """Whether the id of something that is no artifact is a 404 (since 1.6) instead of a crash."""
    targets_take_along: bool
    """Whether artifacts are deleted with their target (since 1.8); before, they kept it from being deleted."""

    def __str__(self) -> str:
        return self.version


V1_4 = Release(
    version="1.4",
    signs_spaced=True,
    webhooks_are_switched=False,
    calls_at_once=4,
    refuses_early=False,
    verifies_files=False,
    knows_other_kinds=False,
    targets_take_along=False,
)
V1_11 = Release(
    version="1.11",
    signs_spaced=False,
    webhooks_are_switched=True,
    calls_at_once=1,
    refuses_early=True,
    verifies_files=True,
    knows_other_kinds=True,
    targets_take_along=True,
)
RELEASES = (V1_4, V1_11)
