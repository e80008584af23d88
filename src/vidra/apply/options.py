"""The options of an apply: how an owner treats other owners, and objects that Vidra did not create."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

import msgspec

from vidra.api.policies import Policies
from vidra.api.resource import ManagedObject
from vidra.apply.guards.conflicts import ConflictPeers, nobody
from vidra.apply.inventory_index import Claim
from vidra.apply.recognized_owners import RecognizedOwners
from vidra.kube.discovery import Kind
from vidra.kube.object_snapshot import ObjectSnapshot
from vidra.manifests import Ref


async def _always(_entry: ManagedObject, _kind: Kind, _claim: Claim) -> bool:
    return True


class ApplyOptions(msgspec.Struct, frozen=True):
    """What an owner may do to objects that it does not own alone, and what it needs to know about them."""

    policies: Policies = Policies()
    conflict_peers: ConflictPeers = nobody
    adopted: Callable[[Ref], None] = lambda _: None
    """Called for each adopted object, at once: an abort later must not hide it."""
    waits: Callable[[Collection[ManagedObject]], bool] = lambda _: False
    """Whether other owners may be about to take over what this owner no longer wants: then it waits for them."""
    others: Callable[[ManagedObject, ObjectSnapshot], Collection[Claim]] = lambda _entry, _state: ()
    """The other owners that have an object in their inventories, even if all its marks were removed."""
    recognized: RecognizedOwners | None = None
    """Tells which field managers are owners; None: all that are named like one."""
    believes: Callable[[ManagedObject, Kind, Claim], Awaitable[bool]] = _always
    """Whether the inventory of another owner is believed about an object that does not confirm it."""
    may_describe: Collection[str] = ()
    """Names of existing Namespaces that artifacts may label."""
    creatable: str = ""
    """The namespace that `destination.createNamespace` would create, where it is not set."""


DEFAULT_OPTIONS = ApplyOptions()
"""The default policies; no other VidraResource is known."""
