"""The objects of one watched collection, by name, with listeners for changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator
from typing import Generic, Protocol, TypeVar

from vidra.api.meta import Meta
from vidra.kube.signal import Signal
from vidra.kube.tombstones import Tombstones


class HasMeta(Protocol):
    """An object with ObjectMeta."""

    @property
    def metadata(self) -> Meta: ...  # noqa: D102


T = TypeVar("T", bound=HasMeta)

Listener = Callable[[T | None, T | None], None]
"""Called with the object before and after; None where it does not exist."""


def name_of(item: HasMeta) -> str:
    """The name of an object, which is its key where all are of one kind."""
    return item.metadata.name


class HasKind(HasMeta, Protocol):
    """An object that says of which kind it is."""

    @property
    def kind(self) -> str: ...  # noqa: D102


def kind_and_name(item: HasKind) -> str:
    """The key of an object where some are of another kind."""
    return f"{item.kind}/{item.metadata.name}"


class Store(Generic[T]):
    """An informer's cache, optionally indexed by one key for each object.

    Args:
        index: Returns the group of an object.
        key: Returns what tells it from the others of its namespace.
        kept: What is kept of an object.
    """

    def __init__(
        self,
        index: Callable[[T], str] = lambda _: "",
        key: Callable[[T], str] = name_of,
        kept: Callable[[T], T] = lambda item: item,
    ) -> None:
        self._key = key
        self._kept = kept
        self._items: dict[tuple[str, str], T] = {}
        self._index = index
        self._groups: dict[str, dict[tuple[str, str], T]] = {}
        self._changes: Signal[T | None, T | None] = Signal()
        self._admit: Callable[[T | None, T], T] = lambda _, new: new
        self._ended = Tombstones()
        self._older: list[T] = []
        """Objects that the list shows in an older state than the known one; rare."""

    def listen(self, listener: Listener[T]) -> None:
        """Call this with every change from now on."""
        self._changes.listen(listener)

    def admit(self, admit: Callable[[T | None, T], T]) -> None:
        """Record, from now on, what this makes of the object before and the new one; of all that are here as well."""
        self._admit = admit
        for item in self:
            self._put(item, None)

    def get(self, name: str, namespace: str = "") -> T | None:
        """The object of this name, as last seen."""
        return self._items.get((namespace, name))

    def keep(self, kept: Callable[[T], T]) -> None:
        """Keep of each object what this returns, from now on; before any is there."""
        self._kept = kept

    def keep_again(self, name: str, namespace: str = "") -> None:
        """What is kept of an object depends on something else, which changed."""
        item = self.get(name, namespace)
        if item is not None and (kept := self._kept(item)) is not item:
            self._record(kept)

    def group(self, key: str) -> list[T]:
        """The objects that the index puts under this key."""
        return list(self._groups.get(key, {}).values())

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._items.values()))

    def __len__(self) -> int:
        return len(self._items)

    def changed(self, item: T) -> None:
        """Record a new or changed object; an older version than the known one is ignored."""
        key = self._at(item)
        old = self._items.get(key)
        # The answer to a write may arrive after the object's deletion, and must not bring it back.
        if self._ended.before(item.metadata.uid, _version(item)) or (old is not None and not _newer(item, old)):
            return
        self._put(item, old)

    def removed(self, item: T) -> None:
        """Remove an object; the deletion of an earlier one with the same name does not remove its successor."""
        self._end(item, _version(item))

    def found(self, item: T) -> None:
        """Record an object of the list."""
        if 0 <= _version(item) < self._known(item):
            self._older.append(item)
        else:
            self.changed(item)

    def listed(self, uids: Collection[str], version: int, *, concerns: Callable[[T], bool] = lambda _: True) -> None:
        """Remove objects that the list, as of a version, does not contain; those that are newer stay.

        An object that the list shows in an older state than the known one: if the known one is from before the list was
        read, the server went back in time, and the list is right. Else the known one is Vidra's own write from just
        now.

        Args:
            concerns: Whether an object would be in this list, which may be one of several.
        """
        older = [item for item in self._older if concerns(item)]
        self._older = [item for item in self._older if not concerns(item)]
        for item in older:
            if version < 0 or self._known(item) <= version:
                self._ended.forget(item.metadata.uid)
                self._put(item, self._items.get(self._at(item)))
        for old in self:
            if old.metadata.uid not in uids and concerns(old):
                self._end(old, version)

    def _at(self, item: T) -> tuple[str, str]:
        return item.metadata.namespace, self._key(item)

    def _put(self, item: T, before: T | None) -> None:
        """Put an object in.

        Args:
            before: What is known of it to be true.
        """
        self._record(self._kept(self._admit(before, item)))

    def _record(self, item: T) -> None:
        key = self._at(item)
        old = self._items.get(key)
        self._forget(key, old)
        self._items[key] = item
        self._groups.setdefault(self._index(item), {})[key] = item
        self._changes.notify(old, item)

    def _known(self, item: T) -> int:
        """The latest known version of this object, its deletion included; -1 when it is new."""
        old, ended = self._items.get(self._at(item)), self._ended.version(item.metadata.uid)
        same = old is not None and old.metadata.uid == item.metadata.uid
        return max(ended, _version(old)) if old is not None and same else ended

    def _end(self, item: T, version: int) -> None:
        key = self._at(item)
        old = self._items.get(key)
        if old is not None and old.metadata.uid == item.metadata.uid:
            if _version(old) > version >= 0:
                return
            self._forget(key, self._items.pop(key))
            self._changes.notify(old, None)
        if version >= 0:
            self._ended.note(item.metadata.uid, version)

    def _forget(self, key: tuple[str, str], old: T | None) -> None:
        if old is None:
            return
        group = self._index(old)
        self._groups[group].pop(key, None)
        if not self._groups[group]:
            del self._groups[group]


class Index(Generic[T]):
    """The objects of a store by a further key, kept up to date.

    Args:
        key: Returns the key of an object.
    """

    def __init__(self, store: Store[T], key: Callable[[T], Hashable]) -> None:
        self._key = key
        self._items: dict[Hashable, dict[tuple[str, str], T]] = {}
        for item in store:
            self._changed(None, item)
        store.listen(self._changed)

    def get(self, key: Hashable) -> list[T]:
        """The objects with this key."""
        return list(self._items.get(key, {}).values())

    def _changed(self, old: T | None, new: T | None) -> None:
        if old is not None:
            group = self._items[self._key(old)]
            group.pop(_place(old), None)
            if not group:
                del self._items[self._key(old)]
        if new is not None:
            self._items.setdefault(self._key(new), {})[_place(new)] = new


class Portion(Generic[T]):
    """The part of a store that one of several watches is about, as its sink."""

    def __init__(self, store: Store[T], concerns: Callable[[T], bool]) -> None:
        self._store = store
        self._concerns = concerns
        self.changed = store.changed
        self.removed = store.removed
        self.found = store.found

    def listed(self, uids: Collection[str], version: int) -> None:
        """Remove objects of this part that no longer exist; other parts have their own watches."""
        self._store.listed(uids, version, concerns=self._concerns)


def _place(item: HasMeta) -> tuple[str, str]:
    return item.metadata.namespace, item.metadata.name


def _newer(new: HasMeta, old: HasMeta) -> bool:
    """Whether `new` is a later version (resourceVersions of one kind are ordered, KEP-5504), or another object."""
    return new.metadata.uid != old.metadata.uid or _version(new) > _version(old)


def _version(item: HasMeta) -> int:
    return version_number(item.metadata.resource_version)


def version_number(text: str) -> int:
    """A resourceVersion as a number; -1 when it is none, so that every version is newer."""
    return int(text) if text.isdecimal() else -1
