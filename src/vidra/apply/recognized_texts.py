"""What is known of texts whose digests were made with another key, because the key of this installation was lost: pure.

Invariant: a lost key runs nothing again that ended, and reverts nothing that a policy leaves alone. Where nobody can
know whether a text is the same, its object is applied, which changes nothing if it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from vidra.api.resource import ManagedObject
from vidra.apply.desired.digest import is_of_other_key
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.ended_objects import cleaned_up
from vidra.apply.inventory import Inventory
from vidra.apply.revision import is_of_text, text_of, with_text


def recognized(
    inventory: Inventory, wanted: Mapping[Key, DesiredObject], *, same: bool, missing: Callable[[DesiredObject], bool]
) -> Inventory:
    """The inventory with the digests of this key, as far as the text of an object is known to be the same.

    Args:
        same: The whole manifest is the one that was last applied completely.
        missing: Whether an object is not seen in the cluster. If it may have ended, it counts as of the same text: to
            repeat a payment is worse than not to repeat it.
    """
    changed = {
        key: with_text(entry, item.digest)
        for key, item in wanted.items()
        if (entry := inventory.entries.get(key))
        and is_of_other_key(text_of(entry), item.digest)
        and (same or ((entry.ended or cleaned_up(item.body)) and missing(item)))
    }
    return Inventory({**inventory.entries, **changed}) if changed else inventory


def is_same_text(its: ManagedObject, digests: Collection[str]) -> bool:
    """Whether another owner's object is of the text with these digests; if that cannot be known, whether it ended."""
    mine = next(iter(digests))
    return is_of_text(its, digests) or (bool(its.ended) and is_of_other_key(text_of(its), mine))
