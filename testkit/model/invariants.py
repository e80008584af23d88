"""The invariants: what must hold at any moment, and what must come to be when everybody had the time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from testkit.environment import condition, is_ready
from testkit.model.expected_state import Key, Wish, Wishes, sync_of
from testkit.model.snapshot import Found, Look, Resource
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE
from vidra.apply.field_owner import hashed

Manager = Callable[[str], str]


def always(wishes: Wishes, look: Look, manager: Manager) -> list[str]:
    """What is wrong at this very moment, whatever goes on."""
    return [*_unlisted(look, manager), *_replaced(wishes, look), *_stolen(wishes, look)]


def finally_(wishes: Wishes, look: Look, manager: Manager, *, answers: bool) -> list[str]:
    """What is not as it should be when nothing more goes on.

    Args:
        answers: Infrahub is well.
    """
    return list(_Settled(wishes, look, manager, answers=answers).complaints())


def stuck(wishes: Wishes, look: Look, name: str) -> bool:
    """Whether a VidraResource still has something that the API server does not let it delete."""
    return bool(wishes.left.get(name, set()) & wishes.undeletable & look.objects.keys())


def _unlisted(look: Look, manager: Manager) -> Iterator[str]:
    names = {manager(name): name for name in look.resources}
    for key, found in look.objects.items():
        for holder in found.managers:
            name = names.get(holder)
            if name is None and found.terminating:
                continue  # deleted, and its end cannot be called off: nobody has to look after it
            if name is None:
                yield f"{key} has the manager {holder}, but there is no such VidraResource"
            elif key not in look.resources[name].inventory:
                yield f"{key} has the manager {holder}, but is not in its inventory"


def _replaced(wishes: Wishes, look: Look) -> Iterator[str]:
    for key, (uid, holders) in wishes.uids.items():
        found = look.objects.get(key)
        if found is None or found.terminating:
            yield f"{key} was wanted all the time by {sorted(holders)}, and is deleted"
        elif found.uid != uid:
            yield f"{key} was wanted all the time by {sorted(holders)}, and was made anew"


def _stolen(wishes: Wishes, look: Look) -> Iterator[str]:
    for key, (uid, _) in wishes.strangers.items():
        found = look.objects.get(key)
        if (found is None or found.uid != uid) and not wishes.adoptable(key):
            yield f"{key} is a stranger's, and was deleted"


class _Settled:
    """The checks over one look."""

    def __init__(self, wishes: Wishes, look: Look, manager: Manager, *, answers: bool) -> None:
        self._wishes = wishes
        self._look = look
        self._manager = manager
        self._answers = answers
        self._known = wishes.known()

    def complaints(self) -> Iterator[str]:
        """All of them."""
        for name, wish in self._known.items():
            yield from self._resource(name, wish)
        for name in self._look.resources.keys() - self._known.keys():
            if not self._may_stay(name):
                yield f"the VidraResource {name} should be gone: {self._look.resources[name].says}"
        keys = {key for wish in self._known.values() for key in wish.values} | self._look.objects.keys()
        for key in sorted(keys):
            strange = key in self._wishes.strangers and not self._to_adopt(key)
            yield from self._stranger(key) if strange else self._object(key)
        yield from self._contents()
        yield from self._syncs()

    def _may_stay(self, name: str) -> bool:
        """Whether a VidraResource that is not wanted may be there: it cannot go, or waits for who may replace it."""
        here = sync_of(name) in self._wishes.syncs
        if not here and not self._answers and self._wishes.syncs:
            return True  # what the other syncs list is not known now: one may be about to take over, until a time-out
        return stuck(self._wishes, self._look, name) or any(
            (sync_of(other) == sync_of(name)) == here
            and not (other in self._look.resources and self._look.resources[other].ready)
            for other in self._known
        )

    def _resource(self, name: str, wish: Wish) -> Iterator[str]:
        found = self._look.resources.get(name)
        if found is None or found.terminating:
            yield f"the VidraResource {name} is missing"
            return
        causes = list(self._causes(wish))
        if wish.suspended:
            return
        if causes and found.ready:
            yield f"the VidraResource {name} is Ready although {causes[0]}"
        if not causes and not found.ready and not self._excuses(name, wish):
            yield f"the VidraResource {name} should be Ready: {found.says}"

    def _causes(self, wish: Wish) -> Iterator[str]:
        """Why a VidraResource cannot be Ready."""
        if wish.broken:
            yield "a document of its text is broken"
        for key in wish.values.keys() & self._wishes.strangers.keys():
            if not self._to_adopt(key):
                yield f"{key} is a stranger's"

    def _to_adopt(self, key: Key) -> bool:
        """Whether some VidraResource that may take over what strangers made has to do so."""
        return any(
            key in wish.values and not wish.suspended and self._wishes.syncs[sync_of(name)].adopts
            for name, wish in self._known.items()
        )

    def _excuses(self, name: str, wish: Wish) -> bool:
        """Whether a VidraResource need not be Ready."""
        blocked = any(
            other != name and self._blocked(other) and left & wish.values.keys()
            for other, left in self._wishes.left.items()
        )
        return not wish.values or blocked or stuck(self._wishes, self._look, name)

    def _blocked(self, name: str) -> bool:
        """Whether a VidraResource prunes nothing, or did not come to it: not Ready, suspended, or on its way out."""
        found = self._look.resources.get(name)
        wish = self._known.get(name)
        return found is not None and (not found.ready or wish is None or wish.suspended)

    def _stranger(self, key: Key) -> Iterator[str]:
        found = self._look.objects.get(key)
        if found is None:
            return  # said by `always`
        data = self._wishes.strangers[key][1]
        if found.data != data or found.managers or found.owners or MANAGED_LABEL in found.labels:
            yield f"{key} is a stranger's with {data}, and now is {found}"

    def _object(self, key: Key) -> Iterator[str]:
        wishers = {name: wish for name, wish in self._known.items() if key in wish.values}
        left = {name for name, keys in self._wishes.left.items() if key in keys and self._blocked(name)}
        # A suspended one does nothing about what a person did, and what it never came to do.
        certain = {name for name, wish in wishers.items() if not wish.suspended} or (
            set() if key in self._wishes.disturbed else set(wishers)
        )
        found = self._look.objects.get(key)
        if found is None:
            if certain:
                yield f"{key} is missing: wanted by {sorted(wishers)}"
            return
        if not wishers and not left:
            if key.kind == "Namespace" and self._wishes.unlisted and not found.managers:
                return  # a Namespace is deleted only by who can see that it is empty
            yield f"{key} should be gone: held by {sorted(found.managers)}"
        elif certain:
            yield from self._as_wanted(key, found, wishers, certain, left)

    def _as_wanted(
        self, key: Key, found: Found, wishers: dict[str, Wish], certain: set[str], left: set[str]
    ) -> Iterator[str]:
        if found.terminating:
            yield f"{key} is being deleted: wanted by {sorted(wishers)}"
            return
        free = {name for name in wishers if self._look.resources.get(name) and self._excuses(name, wishers[name])}
        least = {self._manager(name) for name in certain - free}
        most = {self._manager(name) for name in wishers.keys() | left}
        if not least <= found.managers <= most:
            yield f"{key} should be held by {sorted(least)}, at most {sorted(most)}, and is by {sorted(found.managers)}"
        if any(self._wishes.syncs[sync_of(name)].suspended for name in wishers) and key in self._wishes.disturbed:
            return
        idle = {name for name in left - wishers.keys() if key in self._look.resources[name].inventory}
        yield from _marks(key, found, self._manager, idle)
        values = {wishers[name].values[key] for name in certain - free}
        value = found.data.get("value")
        if values and values != {value}:
            yield f"{key} should be {sorted(values)}, and is {value}"
        yield from self._fields(key, found)

    def _fields(self, key: Key, found: Found) -> Iterator[str]:
        """What others set stays, and what left the text is gone."""
        uid, replicas = self._wishes.scaled.get(key, ("", 0))
        if uid == found.uid and found.data.get("replicas") != str(replicas):
            yield f"{key} was scaled to {replicas}, and has {found.data.get('replicas')}"
        if "extra" in found.data and not self._wishes.has_spare_field(key) and key not in self._wishes.may_keep:
            yield f"{key} has a field that left its text"

    def _contents(self) -> Iterator[str]:
        known = {hashed(name): item for name, item in self._look.resources.items()}
        referred = {secret for item in self._look.resources.values() for secret in item.secrets}
        for name, label in self._look.contents.items():
            if label in known and not known[label].terminating and name not in referred:
                yield f"the stored text {name} is not referred to"
        for name, item in self._look.resources.items():
            if missing := item.secrets - self._look.contents.keys():
                yield f"the VidraResource {name} lacks its stored texts {sorted(missing)}"

    def _syncs(self) -> Iterator[str]:
        for name, sync in self._wishes.syncs.items():
            item = self._look.syncs.get(name, {})
            mine = [self._look.resources[one] for one in sync.known if one in self._look.resources]
            if not item:
                yield f"the InfrahubSync {name} is missing"
            elif not sync.suspended and not self._leaving():
                ready = self._answers and all(resource.ready for resource in mine)
                if is_ready(item) != ready:
                    yield f"the InfrahubSync {name} should {'' if ready else 'not '}be Ready: {condition(item)}"
        for name in self._look.syncs.keys() - self._wishes.syncs.keys():
            if not self._leaving():
                yield f"the InfrahubSync {name} should be gone: {condition(self._look.syncs[name])}"

    def _leaving(self) -> list[Resource]:
        return [item for name, item in self._look.resources.items() if item.terminating or name not in self._known]


def _marks(key: Key, found: Found, manager: Manager, idle: set[str]) -> Iterator[str]:
    """Annotations and managers tell of the same owners, but for the idle.

    Those have it in their inventories, want it no longer and may not prune: they put nothing back that a person took
    off, and take nothing off that is left after a person emptied managedFields, until they may prune.
    """
    if ({manager(name) for name in found.owners} ^ found.managers) - {manager(name) for name in idle}:
        yield f"{key} names the owners {sorted(found.owners)}, and is held by {sorted(found.managers)}"
    if found.labels.get(MANAGED_LABEL) != MANAGED_VALUE:
        yield f"{key} lacks Vidra's label"
