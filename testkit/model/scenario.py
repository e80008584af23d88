"""One story: what somebody does to Infrahub, the syncs, the objects and the operator, told while it happens."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

import msgspec

from testkit.controlplane import AuditEntry
from testkit.environment import RESOURCES, SYNCS, TooSlow
from testkit.eventually import eventually
from testkit.infrahub.faults import Answered
from testkit.managed_fields import empty_managed_fields
from testkit.model.expected_state import Artifact, Json, Key, Sync, Wishes, sync_of
from testkit.model.invariants import always, finally_
from testkit.model.kinds import BY_NAME, NUMBERS, OLD, REPLICAS
from testkit.model.snapshot import Look, look, managers_of
from testkit.model.world import ACCOUNT, HOME, UNDELETABLE, VERBS, World
from testkit.patience import HANG
from vidra.api.names import MANAGED_LABEL, OWNER_PREFIX, REQUESTED_AT
from vidra.kube.client import MERGE_PATCH, encode
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.watch import lines

LISTEN = 1.3
"""Seconds without a request that show that nothing goes on."""
_numbers = itertools.count(1)


class Wrong(AssertionError):  # noqa: N818 - what it says
    """An invariant does not hold."""


class Story:
    """The deeds of one story, and its model. Each deed changes both."""

    def __init__(self, world: World) -> None:
        world.stories += 1
        self.world = world
        self.wishes = Wishes(f"m{world.stories}")
        self.told: list[str] = []
        self.answers = True
        """Infrahub is well."""
        self.rights: Sequence[str] = VERBS
        """Of the ServiceAccount that some syncs apply as."""
        self.old_served = True
        """The old version of Gadget is served."""
        self._made = itertools.count(1)
        self._began = time.monotonic()

    async def begin(self) -> None:
        """Make the place."""
        for name in self.wishes.namespaces:
            await self.world.scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        if not self.world.operator.running:
            await self.world.operator.start()

    # Infrahub

    async def add_sync(
        self, names: Iterable[frozenset[str]], namespace: int, *, often: bool, habits: frozenset[str]
    ) -> None:
        """A new sync over new artifacts.

        Args:
            habits: Which of its settings are on: `on_events`, `adopts`, `waits`, `acts_as_account`.
        """
        name = f"{self.wishes.prefix}-s{next(self._made)}"
        sync = Sync(
            *(name, f"label-{name}", self.wishes.namespaces[namespace], "1s" if often else "1h"),
            on_events="on_events" in habits,
            artifacts={},
            adopts="adopts" in habits,
            waits="waits" in habits,
            acts_as_account="acts_as_account" in habits,
        )
        if sync.adopts:
            self.wishes.adopters.add(name)
        with self.wishes.changing():
            self.wishes.syncs[name] = sync
            for some in names:
                self._add(sync, some)
        self._tell(f"sync {name} → {sync.namespace}, every {sync.interval}, {_sorted(habits)}: {_ids(sync)}")
        await self._write(sync)

    async def add_artifact(self, sync: Sync, names: frozenset[str]) -> None:
        """One more."""
        with self.wishes.changing():
            artifact = self._add(sync, names)
        self._tell(f"{sync.name} gets {artifact.id}: {_sorted(names)}")

    async def change_artifact(self, sync: Sync, artifact: Artifact, names: frozenset[str]) -> None:
        """Other objects in it; none at all makes it empty."""
        with self.wishes.changing():
            artifact.names = names
            self._put(artifact)
        self._tell(f"{artifact.id} of {sync.name} becomes {_sorted(names)}")

    async def change_value(self, name: str) -> None:
        """Another content for an object, wherever it is."""
        with self.wishes.changing():
            self.wishes.versions[name] += 1
            for artifact in self._artifacts():
                if name in artifact.names:
                    self._put(artifact)
        self._tell(f"{name} becomes version {self.wishes.versions[name]}")

    async def break_or_mend(self, sync: Sync, artifact: Artifact) -> None:
        """One document more that cannot be read, or none such any more."""
        with self.wishes.changing():
            artifact.broken = not artifact.broken
            self._put(artifact)
        self._tell(f"{artifact.id} of {sync.name} {'breaks' if artifact.broken else 'is mended'}")

    async def remove_artifact(self, sync: Sync, artifact: Artifact) -> None:
        """One less."""
        with self.wishes.changing():
            del sync.artifacts[artifact.id]
            self.world.infrahub.remove(artifact.id)
        self._tell(f"{artifact.id} of {sync.name} is removed")

    async def move_object(self, name: str, sync: Sync, old: Artifact, new: Artifact) -> None:
        """From one artifact of a sync to another."""
        with self.wishes.replacing(), self.wishes.changing():
            old.names -= {name}
            new.names |= {name}
            self._put(old)
            self._put(new)
        self._tell(f"{name} goes from {old.id} to {new.id} in {sync.name}")

    async def recreate_artifact(self, sync: Sync, artifact: Artifact) -> None:
        """The same under a new id."""
        with self.wishes.replacing(), self.wishes.changing():
            del sync.artifacts[artifact.id]
            self.world.infrahub.remove(artifact.id)
            new = self._add(sync, artifact.names)
        self._tell(f"{artifact.id} of {sync.name} is made anew as {new.id}")

    async def rename_artifact(self, sync: Sync, artifact: Artifact, to: Sync) -> None:
        """To the name that another sync reads: it goes from one sync to the other, under its id."""
        with self.wishes.changing():
            del sync.artifacts[artifact.id]
            to.artifacts[artifact.id] = artifact
            self.world.infrahub.add_artifact(to.label, self.wishes.text(artifact), id=artifact.id)
        self._tell(f"{artifact.id} goes from {sync.name} to {to.name}")

    async def end_of_infrahub(self, *, refuse: bool) -> None:
        """It is away, or broken, until `mend_infrahub`. What was asked before is answered."""
        await self.settle()
        self._tell(f"Infrahub {'is away' if refuse else 'answers 500'}")
        self.answers = False
        if refuse:
            await self.world.infrahub.stop()
        else:
            self.world.infrahub.faults.add(Answered(500))

    async def mend_infrahub(self) -> None:
        """All is well."""
        self._tell("Infrahub is well again")
        await self._mend()

    async def dubious_list(self, sync: Sync, *, empty: bool) -> None:
        """Lists that lack what is there, for a while: nothing goes."""
        await self.settle()
        self._tell(f"Infrahub's lists are {'empty' if empty else 'incomplete'} for a while")
        if empty:
            self.world.infrahub.answer_queries_with({"data": {"CoreArtifact": {"edges": list[object]()}}})
        else:
            self.world.infrahub.partial()
        await self._ask([sync.name])
        await self._ask(self._asking())
        self.world.infrahub.whole()
        await self.check()

    # Syncs

    async def delete_sync(self, sync: Sync) -> None:
        """Ask for its end."""
        with self.wishes.changing():
            del self.wishes.syncs[sync.name]
        self._tell(f"{sync.name} is deleted")
        await self.world.scene.delete(SYNCS, sync.name)

    async def suspend_or_resume(self, sync: Sync) -> None:
        """Hold it, when all is settled, or let it go on."""
        if not sync.suspended:
            await self.settle()
        self._tell(f"{sync.name} is {'resumed' if sync.suspended else 'suspended'}")
        sync.suspended = not sync.suspended
        await self._write(sync)

    async def move_sync(self, sync: Sync) -> None:
        """To the other namespace."""
        with self.wishes.changing():
            sync.namespace = next(name for name in self.wishes.namespaces if name != sync.namespace)
        self._tell(f"{sync.name} goes to {sync.namespace}")
        await self._write(sync)

    # People

    async def stranger_creates(self, name: str, namespace: int, *, alike: bool) -> None:
        """An object of somebody's own, if there is none."""
        key = self.wishes.key(name, self.wishes.namespaces[namespace])
        data = {"value": "a stranger's", "extra": "theirs"} if alike else {"theirs": "a stranger's"}
        try:
            item: Json = msgspec.json.decode(
                await self.world.client.send("POST", _path(key, one=False), body=_body(key, data))
            )
        except ApiError as error:
            if not error.conflict:
                raise
            return
        self.wishes.strangers[key] = (item["metadata"]["uid"], data)
        self.wishes.may_keep.add(key)
        self._tell(f"a stranger creates {key}: {data}")

    async def stranger_edits(self, key: Key) -> None:
        """They change their own."""
        uid, data = self.wishes.strangers[key]
        self._tell(f"the stranger edits {key}")
        self.wishes.strangers[key] = (uid, {**data, "more": f"edit-{next(self._made)}"})
        await self._patch(key, _plain(key, self.wishes.strangers[key][1]))

    async def stranger_deletes(self, key: Key) -> None:
        """They remove their own."""
        self._tell(f"the stranger deletes {key}")
        del self.wishes.strangers[key]
        self.wishes.disturbed.add(key)
        await self.world.client.send("DELETE", _path(key))

    async def person_edits(self, key: Key) -> None:
        """Somebody changes what Vidra applied."""
        self._tell(f"a person edits {key}")
        self.wishes.disturbed.add(key)
        value = "77" if key.kind in NUMBERS else "edited"
        body = BY_NAME[key.kind].body(value)
        body.get("spec", {}).pop("replicas", None)
        await self._patch(key, body)

    async def person_strips(self, key: Key) -> None:
        """Somebody takes Vidra's marks off an object, unless no sign of whose it is would be left.

        The API server may take off the managers with the same write: it drops all of managedFields where an entry is of
        a version without a field that the object has. The write is made at the version for which that was found out.
        """
        try:
            item: Json = await self.world.client.get(_path(key), Json)
        except ApiError as error:
            if not error.not_found:
                raise
            return  # Vidra removed it meanwhile
        meta = item["metadata"]
        annotations = [name for name in meta.get("annotations", {}) if name.startswith(OWNER_PREFIX)]
        marks = {"labels": {MANAGED_LABEL: None}, "annotations": dict.fromkeys(annotations)}
        patch = {"metadata": {**marks, "resourceVersion": meta["resourceVersion"]}}
        left = await self._patch(key, patch, dry_run=True)
        found = await look(self.world, self.wishes.prefix)
        if left is None or (meta["uid"] not in found.recorded and not managers_of(left)):
            return
        if await self._patch(key, patch) is not None:
            self._tell(f"a person strips {key} of Vidra's marks")
            self.wishes.disturbed.add(key)

    async def person_wipes(self, key: Key) -> None:
        """Somebody empties managedFields (KEP-555), unless that is the last sign of whose the object is.

        When the operator died before it recorded the UID, and the marks are off already, nobody can tell the object
        from a stranger's any more: it is left alone, as it should be.
        """
        found = await look(self.world, self.wishes.prefix)
        item = found.objects.get(key)
        if item and not item.owners and item.uid not in found.recorded:
            return
        self._tell(f"a person empties managedFields of {key}")
        self.wishes.disturbed.add(key)
        self.wishes.may_keep.add(key)
        with suppress(ApiError):
            await empty_managed_fields(self.world.client, _path(key))

    async def person_forges(self, pick: int) -> None:
        """Somebody lists what strangers have in the inventory of a VidraResource, and Vidra takes that back.

        The story waits for that: if the operator died before, what only an inventory knows would be nobody's, as it
        should be.
        """
        listed: Json = await self.world.client.get(RESOURCES.path(), Json)
        mine = [item for item in listed["items"] if item["metadata"]["name"].startswith(f"{self.wishes.prefix}-")]
        mine = [item for item in mine if item.get("status", {}).get("seal")]
        if not mine:
            return
        item = mine[pick % len(mine)]
        name, nobody = item["metadata"]["name"], f"forged-{next(self._made)}"
        entries = [_entry(key, uid) for key, (uid, _) in self.wishes.strangers.items()]
        entries += [{"apiVersion": "v1", "kind": "ConfigMap", "namespace": HOME, "name": nobody, "uid": nobody}]
        forged = [*item["status"].get("managedResources", []), *entries]
        self._tell(f"a person forges the inventory of {name}")
        path = RESOURCES.path(name=name, subresource="status")
        with suppress(ApiError):
            await self.world.client.send(
                "PATCH", path, body=encode({"status": {"managedResources": forged}}), content_type=MERGE_PATCH
            )

        async def taken_back() -> bool:
            found: Json = await self.world.client.get(RESOURCES.path(), Json)
            now = (each["status"] for each in found["items"] if each["metadata"]["name"] == name and "status" in each)
            return all(entry["name"] != nobody for status in now for entry in status.get("managedResources", []))

        await eventually(taken_back)

    async def person_scales(self, key: Key, replicas: int) -> None:
        """Somebody scales a Gadget, as an autoscaler does."""
        self._tell(f"a person scales {key} to {replicas}")
        try:
            item: Json = await self.world.client.get(_path(key), Json)
            await self.world.client.send(
                "PATCH",
                f"{_path(key)}/scale",
                body=msgspec.json.encode({"spec": {"replicas": replicas}}),
                content_type="application/merge-patch+json",
            )
        except ApiError as error:
            if not error.not_found:
                raise
            return
        self.wishes.scaled[key] = (item["metadata"]["uid"], replicas)

    async def person_deletes(self, key: Key) -> None:
        """Somebody deletes what Vidra applied; who waits for healthy objects is not Ready while it is away.

        Raises:
            Wrong: It is Ready all the same.
        """
        self._tell(f"a person deletes {key}")
        self.wishes.disturbed.add(key)
        uid, holders = self.wishes.uids.pop(key, ("", frozenset()))
        with suppress(ApiError):
            await self.world.client.send("DELETE", _path(key))
        watched = {name for name in holders if self._waits(name)}
        if watched and self.rights == VERBS and self.world.operator.running:
            await self._noticed(key, uid, watched)

    async def keep_or_free(self, key: Key) -> None:
        """The API server does not let anybody delete an object, or does again."""
        keep = key not in self.wishes.undeletable
        self._tell(f"{key} is {'undeletable' if keep else 'deletable'}")
        (self.wishes.undeletable.add if keep else self.wishes.undeletable.discard)(key)
        await self._patch(key, {"metadata": {"labels": {UNDELETABLE: "" if keep else None}}})

    async def theirs(self) -> list[Key]:
        """What Vidra has in the cluster now."""
        found = await look(self.world, self.wishes.prefix)
        return sorted(
            key
            for key, item in found.objects.items()
            if item.managers and key not in self.wishes.strangers and key.kind != "Namespace"
        )

    async def change_rights(self, verbs: Sequence[str]) -> None:
        """Take rights from the ServiceAccount that some syncs apply as, or give them back."""
        self._tell(f"the ServiceAccount may {' '.join(verbs) or 'nothing'}")
        self.rights = verbs
        self.wishes.unlisted |= "list" not in verbs
        await self.world.grant(verbs)

    async def change_version(self) -> None:
        """The artifacts have their Gadgets in the other API version."""
        with self.wishes.changing():
            self.wishes.api_version = self.wishes.other_version()
            for artifact in self._artifacts():
                if any(name.startswith("g") for name in artifact.names):
                    self._put(artifact)
        self._tell(f"Gadgets are written in {self.wishes.api_version}")

    async def serve_or_not(self) -> None:
        """The old version of Gadget is no longer served, or again."""
        self.old_served = not self.old_served
        self._tell(f"{OLD} is {'served again' if self.old_served else 'no longer served'}")
        await self.world.serve(old=self.old_served)

    # The operator

    async def kill(self, after: float, *, back: bool) -> None:
        """In the middle of passes; and perhaps start it again."""
        self._tell(f"the operator is killed after {after * 1000:.0f} ms{', and started' if back else ''}")
        await self._stir()
        await asyncio.sleep(after)
        await self.world.operator.kill()
        await self.check()
        if back:
            await self.world.operator.start()

    async def cut(self, after: float, seconds: float) -> None:
        """The operator loses its connections in the middle of passes."""
        self._tell(f"the connections are cut after {after * 1000:.0f} ms for {seconds * 1000:.0f} ms")
        await self._stir()
        await asyncio.sleep(after)
        await self.world.wire.cut(seconds)
        await self.check()

    # Looking

    async def check(self) -> Look:
        """What must hold at any moment.

        Raises:
            Wrong: It does not.
        """
        found = await look(self.world, self.wishes.prefix)
        self._note_adoptions(found)
        if wrong := always(self.wishes, found, self.world.manager):
            raise Wrong("\n".join(wrong))
        return found

    async def settle(self) -> None:
        """Have everybody make passes until all is as it should be.

        Raises:
            Wrong: It does not become so.
        """
        self._tell("all settles")
        self.world.settled += 1
        await self._mend_cluster()
        if not self.world.operator.running:
            await self.world.operator.start()
        if self.answers:
            for sync in self.wishes.syncs.values():
                if not sync.suspended:
                    for name, wish in sync.known.items():  # it may have stayed known all the time Infrahub was away
                        self.wishes.left.setdefault(name, set()).update(wish.values)
                    sync.known = self.wishes.told(sync)
        began = time.monotonic()
        while True:
            await self._ask(self._asking())
            await self._ask_resources()
            await self._finalize_namespaces()
            found = await self.check()
            wrong = finally_(self.wishes, found, self.world.manager, answers=self.answers)
            if not wrong:
                break
            if time.monotonic() - began > HANG:
                raise Wrong("\n".join(wrong))
            await asyncio.sleep(0.2)
        self._remember(found)

    async def peace(self) -> None:
        """All is settled and nobody does anything: the API server hears nothing.

        Raises:
            Wrong: It does.
        """
        ends = time.monotonic() + HANG
        while loud := await self._heard():  # what was gathered for the status of a sync may be on its way still
            if time.monotonic() > ends:
                listed = ", ".join(f"{one.verb} {one.uri}" for one in loud[:5])
                raise Wrong(f"requests although nothing changes: {listed}")

    async def _heard(self) -> list[AuditEntry]:
        """What the API server hears meanwhile."""
        mark = self.world.plane.audit.mark()
        await asyncio.sleep(LISTEN)
        heard = [entry for entry in await self.world.plane.audit.since(mark) if entry.verb != "watch"]
        # An Event may be on its way still, and the API server asks itself.
        return [entry for entry in heard if entry.resource != "events" and "kube-apiserver" not in entry.user_agent]

    async def end(self) -> None:
        """Mend everything, see that it settles and stays so; then delete everything, and see that nothing is left.

        Raises:
            Wrong: Something is.
        """
        await self.mend()
        await self.settle()
        await self.peace()
        for sync in list(self.wishes.syncs.values()):
            await self.delete_sync(sync)
        await self.settle()
        found = await look(self.world, self.wishes.prefix)
        if found.contents or found.resources:
            raise Wrong(f"left at the end: {sorted(found.contents)} {sorted(found.resources)}")

    async def mend(self) -> None:
        """End every trouble."""
        self._tell("everything is mended")
        await self._mend()
        for key in list(self.wishes.undeletable):
            await self.keep_or_free(key)
        for key in list(self.wishes.strangers):
            if not self.wishes.adoptable(key):
                await self.stranger_deletes(key)
        for sync in self.wishes.syncs.values():
            for artifact in sync.artifacts.values():
                if artifact.broken:
                    await self.break_or_mend(sync, artifact)
                if not artifact.names:
                    await self.change_artifact(sync, artifact, frozenset({"c0"}))
            if sync.suspended:
                await self.suspend_or_resume(sync)

    async def abandon(self) -> None:
        """Leave a story that went wrong so that the next one is not disturbed."""
        await self._mend()
        await self.world.operator.kill()
        for kind in (SYNCS, RESOURCES):
            listing: Json = await self.world.client.get(kind.path(), Json)
            for item in listing["items"]:
                path = kind.path("", item["metadata"]["name"])
                none = msgspec.json.encode({"metadata": {"finalizers": None}})
                with suppress(ApiError):
                    await self.world.client.send("PATCH", path, body=none, content_type="application/merge-patch+json")
                    await self.world.client.send("DELETE", path)

    def _tell(self, line: str) -> None:
        self.told.append(f"{time.monotonic() - self._began:6.1f} s  {line}")

    def _add(self, sync: Sync, names: frozenset[str]) -> Artifact:
        artifact = Artifact(f"a{next(self._made)}", names)
        sync.artifacts[artifact.id] = artifact
        unique = f"{self.wishes.prefix}{artifact.id}"
        artifact.id = unique
        sync.artifacts = {item.id: item for item in sync.artifacts.values()}
        self.world.infrahub.add_artifact(sync.label, self.wishes.text(artifact), id=unique)
        return artifact

    def _put(self, artifact: Artifact) -> None:
        self.world.infrahub.change(artifact.id, self.wishes.text(artifact))

    def _artifacts(self) -> list[Artifact]:
        return [artifact for sync in self.wishes.syncs.values() for artifact in sync.artifacts.values()]

    async def _write(self, sync: Sync) -> None:
        account: Json = {"serviceAccountName": ACCOUNT, "serviceAccountNamespace": HOME}
        await self.world.scene.sync(
            sync.label,
            name=sync.name,
            destination={"namespace": sync.namespace, "reconcileOnEvents": sync.on_events},
            interval=sync.interval,
            suspend=sync.suspended,
            pruneLimit=100,
            adoption="IfUnowned" if sync.adopts else "Never",
            wait=sync.waits,
            ignoreDifferences=[{"target": {"kind": "Gadget"}, "jsonPointers": [REPLICAS]}],
            **(account if sync.acts_as_account else {}),
        )

    def _waits(self, resource: str) -> bool:
        sync = self.wishes.syncs.get(sync_of(resource))
        return sync is not None and sync.waits and not sync.suspended

    def _note_adoptions(self, found: Look) -> None:
        """What was a stranger's and may be taken over is Vidra's as soon as it holds it, or when it is gone."""
        for key, (uid, _) in list(self.wishes.strangers.items()):
            item = found.objects.get(key)
            if self.wishes.adoptable(key) and (item is None or item.uid != uid or item.managers):
                del self.wishes.strangers[key]

    async def _noticed(self, key: Key, uid: str, names: set[str]) -> None:
        """Wait until an object that somebody deleted is back, or whoever waits for it says that it is away."""
        began = time.monotonic()
        while True:
            found = await look(self.world, self.wishes.prefix)
            item = found.objects.get(key)
            if item is not None and item.uid != uid:
                return
            if not any(name in found.resources and found.resources[name].ready for name in names):
                return
            if time.monotonic() - began > HANG:
                raise Wrong(f"{key} was deleted, and {sorted(names)} are Ready although they wait for it")
            await asyncio.sleep(0.05)

    async def _mend(self) -> None:
        self.world.infrahub.faults.clear()
        self.world.infrahub.whole()
        if not self.answers:
            with suppress(OSError):
                await self.world.infrahub.start()
        self.answers = True

    async def _mend_cluster(self) -> None:
        """The cluster serves everything, and lets everybody do their work."""
        if self.rights != VERBS:
            await self.change_rights(VERBS)
        if not self.old_served:
            await self.serve_or_not()

    def _asking(self) -> list[str]:
        return [sync.name for sync in self.wishes.syncs.values() if not sync.suspended]

    async def _stir(self) -> None:
        """Give the operator something to do."""
        for name in self._asking():
            await self._request(SYNCS, name)
        for name in self.wishes.known():
            await self._request(RESOURCES, name)

    async def _request(self, kind: Kind, name: str) -> str:
        moment = f"request-{next(_numbers)}"
        with suppress(ApiError):
            await self.world.scene.patch(kind, name, {"metadata": {"annotations": {REQUESTED_AT: moment}}})
        return moment

    async def _ask(self, names: list[str]) -> None:
        wanted = {name: await self._request(SYNCS, name) for name in names}
        await self._handled(SYNCS, wanted)

    async def _ask_resources(self) -> None:
        """Of all VidraResources that are there; those that are on their way out look whether they can go."""
        found = await look(self.world, self.wishes.prefix)
        known = self.wishes.known()
        wanted = {}
        for name, item in found.resources.items():
            moment = await self._request(RESOURCES, name)
            if not item.terminating and not (name in known and known[name].suspended):
                wanted[name] = moment
        await self._handled(RESOURCES, wanted)

    async def _handled(self, kind: Kind, wanted: dict[str, str]) -> None:
        """Watch until all of them did what they were asked for, or are gone or on their way."""
        listing: Json = await self.world.client.get(kind.path(), Json)
        there = {item["metadata"]["name"]: item for item in listing["items"]}
        left = {name for name, moment in wanted.items() if name in there and not _done(there[name], moment)}
        query = {"watch": "true", "resourceVersion": listing["metadata"]["resourceVersion"]}
        try:
            async with asyncio.timeout(HANG if left else None):
                async with self.world.client.stream(
                    kind.path(), query=query, accept="application/json", silence=HANG + 5
                ) as content:
                    watched = lines(content)
                    while left:
                        event = msgspec.json.decode(await anext(watched))
                        name = event["object"]["metadata"]["name"]
                        if event["type"] == "DELETED" or _done(event["object"], wanted.get(name, "")):
                            left.discard(name)
        except TimeoutError:
            raise TooSlow(f"no pass on request after {HANG:g} s: {sorted(left)}") from None

    async def _finalize_namespaces(self) -> None:
        """What the namespace controller would do, if there were one."""
        listing: Json = await self.world.client.get("/api/v1/namespaces", Json)
        for item in listing["items"]:
            if item["metadata"]["name"].startswith(self.wishes.prefix) and "deletionTimestamp" in item["metadata"]:
                path = f"/api/v1/namespaces/{item['metadata']['name']}/finalize"
                body = msgspec.json.encode({**item, "spec": {"finalizers": []}})
                with suppress(KubeError):
                    await self.world.client.send("PUT", path, body=body)

    def _remember(self, found: Look) -> None:
        """From here on, these must stay the same objects, and nothing is left over from before."""
        known = self.wishes.known()
        self.wishes.uids = {
            key: (item.uid, holders)
            for key, item in found.objects.items()
            if (
                holders := frozenset(
                    name
                    for name, wish in known.items()
                    if key in wish.values and self.world.manager(name) in item.managers
                )
                & self.wishes.wishers(key)
            )
        }
        for name in list(self.wishes.left):
            if name not in found.resources:
                del self.wishes.left[name]
            elif found.resources[name].ready and name in known and not known[name].suspended:
                self.wishes.left[name] = set()
        suspended = {key for wish in known.values() if wish.suspended for key in wish.values}
        self.wishes.disturbed &= suspended
        held = {key for key, item in found.objects.items() if item.managers}
        self.wishes.may_keep -= {
            key for key in held if self.wishes.has_spare_field(key) and key not in self.wishes.disturbed
        }
        self.wishes.may_keep &= found.objects.keys()
        self.wishes.undeletable &= found.objects.keys()

    async def _patch(self, key: Key, patch: Json, *, dry_run: bool = False) -> Json | None:
        """The object after a merge patch; None when it was refused."""
        client = self.world.client.rehearsing() if dry_run else self.world.client
        with suppress(ApiError):
            answer = await client.send(
                "PATCH",
                _path(key),
                body=msgspec.json.encode(patch),
                content_type="application/merge-patch+json",
            )
            return dict(msgspec.json.decode(answer))
        return None


def _done(item: Json, moment: str) -> bool:
    handled: bool = item.get("status", {}).get("lastHandledRequestedAt") == moment
    return handled or "deletionTimestamp" in item["metadata"]


def _path(key: Key, *, one: bool = True) -> str:
    return BY_NAME[key.kind].path(key.namespace, key.name if one else "")


def _plain(key: Key, data: dict[str, str]) -> Json:
    """What a stranger's ConfigMap or Secret holds."""
    return {"stringData" if key.kind == "Secret" else "data": data}


def _body(key: Key, data: dict[str, str]) -> bytes:
    metadata = {"name": key.name, "namespace": key.namespace}
    return msgspec.json.encode({"apiVersion": "v1", "kind": key.kind, "metadata": metadata, **_plain(key, data)})


def _sorted(names: Iterable[str]) -> str:
    return "{" + " ".join(sorted(names)) + "}"


def _ids(sync: Sync) -> str:
    return ", ".join(f"{item.id} {_sorted(item.names)}" for item in sync.artifacts.values())


def _entry(key: Key, uid: str) -> Json:
    """An inventory's entry for an object."""
    kind = BY_NAME[key.kind]
    return {
        "apiVersion": kind.api_version,
        "kind": key.kind,
        "namespace": key.namespace,
        "name": key.name,
        "uid": uid,
        "revision": "0123456789-0123456789",
    }
