"""What is in a cluster of the objects that Vidra manages: one watch per kind, shared by all owners.

Where metadata tell how an object is, the watch shows nothing else. Per object a few digests and its health stay, never
the object.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

import msgspec

from vidra.api.health import CURRENT, Health
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE, MANAGER_PREFIX, OWNER_PREFIX, PRUNE
from vidra.kube.apart import apart
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.ended import Ended
from vidra.kube.errors import ApiError, Unreachable
from vidra.kube.live import LiveBody, LiveMeta, LiveObject
from vidra.kube.store import version_number
from vidra.kube.watch import Watch

REMEMBERED = 1000
"""Objects of one kind that are gone and of which it is known how they ended."""
SELECTOR = f"{MANAGED_LABEL}={MANAGED_VALUE}"


class Traces(msgspec.Struct, frozen=True, gc=False):
    """What those who are no owners leave in field ownership when they write."""

    fields: int = 0
    """Stands for who holds what of the object itself."""
    writes: int = 0
    """Stands for the same and for when, through subresources too, but not with the status."""
    scaled: bool = False


NO_TRACES = Traces()


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What stays of a live object."""

    uid: str
    version: int
    holders: tuple[tuple[str, str], ...]
    """Each owner's field manager, with the digest of the fields it holds."""
    terminating: bool = False
    shared: bool = False
    """Somebody who is no owner holds fields of it too."""
    kept: bool = False
    """It says that it stays when it is no longer wanted."""
    health: Health | None = None
    """None until the watch has shown this version of it."""
    scales: bool = False
    """An owner holds the number of its replicas."""
    generation: int = 0
    touched: int = 0
    """The last generation that somebody else may have made by changing what owners hold, without a trace of that in
    field ownership: the order of a list, for example. The first one seen counts: what was before is not known."""
    traces: Traces = NO_TRACES

    @property
    def scaled(self) -> bool:
        """Whether somebody sets fields through a subresource, of which the server notes no time."""
        return self.traces.scaled

    ended: str = ""
    """How it came to its end by itself; empty while it has not."""
    lost: bool = False
    """More owners are named on it than hold fields: somebody took entries out of its managedFields."""

    def digest(self, manager: str) -> str:
        """Digest of what this manager holds; empty if nothing."""
        return next((digest for name, digest in self.holders if name == manager), "")


def seen(meta: LiveMeta, health: Health | None = None) -> Seen:
    """What to keep of an object."""
    owners = [
        entry
        for entry in meta.managed_fields
        if entry.operation == "Apply" and entry.manager.startswith(MANAGER_PREFIX) and not entry.subresource
    ]
    holders = tuple((sys.intern(entry.manager), entry.digest) for entry in owners)
    scales = any(b'"f:replicas"' in bytes(entry.fields) for entry in owners)
    shared = any(
        not entry.manager.startswith(MANAGER_PREFIX) and not entry.subresource for entry in meta.managed_fields
    )
    terminating = meta.deletion_timestamp is not None
    kept = (meta.annotations or {}).get(PRUNE) == "disabled"
    lost = sum(key.startswith(OWNER_PREFIX) for key in meta.annotations or ()) > len(holders)
    return Seen(
        *(meta.uid, version_number(meta.resource_version), holders, terminating, shared, kept, health, scales),
        generation=meta.generation,
        touched=meta.generation,
        lost=lost,
        traces=_traces(meta) if meta.generation else NO_TRACES,
    )


def _traces(meta: LiveMeta) -> Traces:
    others = [
        entry
        for entry in meta.managed_fields
        if entry.subresource != "status" and not entry.manager.startswith(MANAGER_PREFIX)
    ]
    if not others:
        return NO_TRACES
    held = [(entry.subresource, entry.manager, entry.digest) for entry in others]
    fields = tuple(hold for hold in held if not hold[0])
    writes = (tuple(held), tuple(entry.time for entry in others))
    return Traces(hash(fields), hash(writes), len(fields) < len(held))


def _since(old: Seen | None, new: Seen) -> Seen:
    """The new state, with what is known of how it came about.

    A generation is accounted for when somebody wrote once more what is theirs, or through a subresource. It is not when
    nobody left a trace, or somebody took fields that they did not have: then something else may have changed as well.
    """
    if old is None or old.uid != new.uid:
        return new
    again = new.traces.fields == old.traces.fields and new.traces.writes != old.traces.writes
    # Of several generations at once, as after a broken watch, only the last one's traces are known.
    accounted = new.generation == old.generation or (again and new.generation == old.generation + 1)
    return msgspec.structs.replace(new, touched=old.touched) if accounted else new


class Judge(Protocol):
    """Tells how objects are."""

    def needs_body(self, kind: Kind) -> bool:
        """Whether more than its metadata is needed to tell how an object of this kind is."""
        ...

    def health(self, kind: Kind, item: LiveBody) -> Health:
        """How an object is."""
        ...

    def end(self, kind: Kind, item: LiveBody) -> str:
        """How an object came to its end by itself; empty while it has not."""
        ...


Change = Callable[[Seen | None, Seen | None], None]
"""Called with what was and what is, when an object changed in a way that may matter to its owners."""


Unserved = Callable[[tuple[str, ...]], None]
"""Called with the owners that have objects of a kind that is not served any more: its watch does not show their end."""


class KindView:
    """The managed objects of one kind; the sink of its watch."""

    def __init__(
        self, client: Client, kind: Kind, on_change: Change, judge: Judge, on_unserved: Callable[[], None]
    ) -> None:
        self._objects: dict[tuple[str, str], Seen] = {}
        self._ended = Ended()
        self._ends: dict[str, str] = {}
        self._on_change = on_change
        self._kind = kind
        self._judge = judge
        self._whole = judge.needs_body(kind)
        shown = LiveBody if self._whole else LiveObject
        self._watch: Watch[LiveObject] = Watch(
            client,
            kind.path(),
            shown,
            self,
            selector=SELECTOR,
            metadata_only=not self._whole,
            on_unserved=on_unserved,
        )
        self._task = apart(self._watch.run(), f"watch {kind.path()}")

    @property
    def shows_ends(self) -> bool:
        """Whether it is seen of its objects how they end."""
        return self._whole

    @property
    def synced(self) -> asyncio.Event:
        """Set once the view is complete."""
        return self._watch.synced

    @property
    def heard(self) -> asyncio.Event:
        """Set once the view is complete, or known not to come: what is refused must not be waited for."""
        return self._watch.heard

    @property
    def interrupted(self) -> bool:
        """Whether the server does not answer, or does not let Vidra in, so that this view may be old."""
        error = self._watch.interrupted
        return isinstance(error, Unreachable) or (isinstance(error, ApiError) and error.unauthorized)

    def close(self) -> None:
        """Stop watching."""
        self._task.cancel()

    def get(self, namespace: str, name: str) -> Seen | None:
        """The object as last seen; None when there is none that Vidra manages."""
        return self._objects.get((namespace, name))

    def changed(self, item: LiveObject) -> None:
        """Take what the watch says; older news than ours is ignored."""
        self._take(item)

    def answered(self, item: LiveObject) -> None:
        """Take the answer to a write of ours: that it made a generation is no news to an owner that is the only one."""
        self._take(item, ours=True)

    def _take(self, item: LiveObject, *, ours: bool = False) -> None:
        key = (sys.intern(item.metadata.namespace), item.metadata.name)
        old, new = self._objects.get(key), seen(item.metadata, self._health(item))
        if self._ended.before(new.uid, new.version) or (old and not _is_news(old, new)):
            return
        self._objects[key] = new = _since(old, self._with_end(new, item, old))
        known = ours and len(new.holders) == 1
        doubtful = is_doubtful(old, new) and not known
        if old is None or is_drift(old, new) or doubtful or old.health != new.health or old.ended != new.ended:
            self._on_change(old, new)

    def removed(self, item: LiveObject) -> None:
        """Take an object out."""
        key = (item.metadata.namespace, item.metadata.name)
        old = self._objects.get(key)
        if old and old.uid == item.metadata.uid:
            self._objects[key] = self._with_end(old, item, old)
        self._end(key, item.metadata.uid, version_number(item.metadata.resource_version))

    def found(self, item: LiveObject) -> None:
        """Take an object of the collection that is being read."""
        self.changed(item)

    def listed(self, uids: Collection[str], version: int) -> None:
        """Take out what is not in the collection as of a version; what is newer than that stays."""
        for key, old in [(key, old) for key, old in self._objects.items() if old.uid not in uids]:
            self._end(key, old.uid, version, seen=False)

    def _health(self, item: LiveObject) -> Health | None:
        """How it is; an answer to a write does not show it where that takes more than metadata."""
        if isinstance(item, LiveBody) or not self._whole:
            whole = item if isinstance(item, LiveBody) else LiveBody(item.metadata)
            found = self._judge.health(self._kind, whole)
            return CURRENT if found == CURRENT else found
        return None

    def end(self, uid: str) -> str | None:
        """How an object that is gone ended: empty if that was not by itself; None if nobody saw it go."""
        return self._ends.get(uid)

    def _with_end(self, new: Seen, item: LiveObject, old: Seen | None) -> Seen:
        """With how it ended, which stays true; an answer to a write does not show it."""
        ended = self._judge.end(self._kind, item) if isinstance(item, LiveBody) else ""
        if not ended and old and old.uid == new.uid:
            ended = old.ended
        return msgspec.structs.replace(new, ended=ended) if ended else new

    def _note_end(self, old: Seen) -> None:
        if self._whole:
            self._ends[old.uid] = old.ended
            if len(self._ends) > REMEMBERED:
                del self._ends[next(iter(self._ends))]

    def _end(self, key: tuple[str, str], uid: str, version: int, *, seen: bool = True) -> None:
        old = self._objects.get(key)
        if old and old.uid == uid:
            if old.version > version >= 0:
                return
            del self._objects[key]
            if seen or old.ended:
                self._note_end(old)
            self._on_change(old, None)
        self._ended.note(uid, version)


def is_drift(old: Seen | None, new: Seen | None) -> bool:
    """Whether somebody may have changed what owners hold of an object, or the object is another, or on its way out."""
    if old is None or new is None:
        return old is not new
    return (old.uid, old.holders, old.terminating) != (new.uid, new.holders, new.terminating)


def is_doubtful(old: Seen | None, new: Seen | None) -> bool:
    """Whether somebody may have changed what owners hold in a way that only a look at the object can tell.

    Where somebody sets fields through a subresource each of their writes looks so: that is looked at later.
    """
    return old is not None and new is not None and new.touched > old.touched and not new.scaled


def _is_news(old: Seen, new: Seen) -> bool:
    """Whether `new` is a later state, or says more of the same: the answer to a write comes first, without health."""
    if old.uid != new.uid or new.version > old.version:
        return True
    return new.version == old.version and old.health is None and new.health is not None


class Observed:
    """The views of one cluster. A view lives as long as somebody has objects of its kind."""

    def __init__(self, client: Client, on_change: Change, judge: Judge, on_unserved: Unserved) -> None:
        self._client = client
        self._on_change = on_change
        self._on_unserved = on_unserved
        self._judge = judge
        self._views: dict[Kind, KindView] = {}
        self._wanted: dict[str, frozenset[Kind]] = {}
        self._closed = False

    def hold(self, owner: str, kinds: Iterable[Kind]) -> None:
        """Say which kinds an owner has objects of, instead of what it said before; none: the owner is gone."""
        wanted = frozenset(kind for kind in kinds if kind.watchable)
        if self._closed or self._wanted.get(owner, frozenset()) == wanted:
            return
        self._wanted[owner] = wanted
        if not wanted:
            del self._wanted[owner]
        for kind in wanted - self._views.keys():
            self._views[kind] = self._new(kind)
        held = frozenset[Kind]().union(*self._wanted.values())
        for kind in self._views.keys() - held:
            self._views.pop(kind).close()

    def owners_of(self, kind: str) -> list[str]:
        """The owners that have objects of this kind, in any version."""
        return [owner for owner, kinds in self._wanted.items() if any(each.kind == kind for each in kinds)]

    async def ready(self, kinds: Iterable[Kind], seconds: float) -> None:
        """Wait until the views of these kinds are complete, or the time is over: then they are simply not used."""
        waits = [view.heard.wait() for kind in kinds if (view := self._views.get(kind)) and not view.heard.is_set()]
        if waits:
            try:
                async with asyncio.timeout(seconds):
                    await asyncio.gather(*waits)
            except TimeoutError:
                return

    def interrupted(self) -> bool:
        """Whether some view may be old because the server does not answer."""
        return any(view.interrupted for view in self._views.values())

    def view(self, kind: Kind) -> KindView | None:
        """The view of a kind, if it is complete."""
        view = self._views.get(kind)
        return view if view and view.synced.is_set() else None

    def get(self, kind: Kind, namespace: str, name: str) -> Seen | None:
        """The object as last seen; None when it is not there, or when that cannot be told without asking."""
        view = self.view(kind)
        return view.get(namespace, name) if view else None

    def shows_ends(self, kind: Kind) -> bool:
        """Whether objects of a kind may end by themselves, as far as anybody looks."""
        view = self._views.get(kind)
        return view is not None and view.shows_ends

    def end(self, kind: Kind, uid: str) -> str | None:
        """How an object that is gone ended: empty if that was not by itself; None if nobody saw it go."""
        view = self._views.get(kind)
        return view.end(uid) if view else None

    def note(self, kind: Kind, item: LiveObject) -> None:
        """Take the answer to our own write, so that its echo is old news."""
        view = self._views.get(kind)
        if view:
            view.answered(item)

    def judge_again(self) -> None:
        """Look at everything afresh: the rules are others."""
        for kind, view in self._views.items():
            view.close()
            self._views[kind] = self._new(kind)

    def _new(self, kind: Kind) -> KindView:
        return KindView(self._client, kind, self._on_change, self._judge, lambda: self._unserved(kind))

    def _unserved(self, kind: Kind) -> None:
        self._on_unserved(tuple(owner for owner, kinds in self._wanted.items() if kind in kinds))

    def close(self) -> None:
        """Stop all watches, and start none any more."""
        self._closed = True
        for view in self._views.values():
            view.close()
        self._views.clear()
        self._wanted.clear()
