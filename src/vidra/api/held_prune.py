"""What is not pruned before a person approves, as statuses say it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta as Field


class HeldSet(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What both kinds say of what they hold."""

    id: Annotated[str, Field(description="Identifies this exact set; an approval has to name it.")]
    objects: Annotated[int, Field(description="How many objects would be pruned.")]
    of: Annotated[int, Field(description="Objects in the inventories when this was found first.")]


class HeldPrune(HeldSet, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Objects that are no longer wanted, and too many to be pruned unasked."""

    approved: Annotated[bool, Field(description="The prune is approved; the rest of them is being pruned.")] = False


class SyncHeldPrune(HeldSet, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """VidraResources that are no longer wanted, with too many objects to be deleted unasked."""

    resources: Annotated[
        tuple[str, ...], Field(description="Names of these VidraResources, sorted; 500 of them at the most.")
    ] = ()
