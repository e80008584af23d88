"""On which terms an owner meets others and strangers."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from vidra.api.policies import Policies
from vidra.api.resource import ManagedObject
from vidra.apply.guards.conflicts import ConflictPeers, nobody
from vidra.apply.inventory_index import Claim
from vidra.manifests import Ref


class ApplyOptions(msgspec.Struct, frozen=True):
    """What an owner may do to objects that are not its alone, and what there is to know about it."""

    policies: Policies = Policies()
    conflict_peers: ConflictPeers = nobody
    adopted: Callable[[Ref], None] = lambda _: None
    """Told of each object that was taken over, at once: a pass that is broken off later must not hide it."""
    waits: Callable[[Collection[ManagedObject]], bool] = lambda _: False
    """Whether others may be about to own what this owner no longer wants: then they come first."""
    others: Callable[[ManagedObject], Collection[Claim]] = lambda _: ()
    """The other owners that have an object in their inventories, even if nothing on it says so any more."""
    may_describe: Collection[str] = ()
    """Names of Namespaces that may be given labels although they were there before."""


DEFAULT_OPTIONS = ApplyOptions()
"""Takes nothing from anybody."""
