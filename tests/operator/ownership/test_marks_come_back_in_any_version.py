"""Marks that somebody took off come back, whichever versions of the kind are served then, and whoever looks when.

The kind's older version cannot hold the default of the newer one, so that taking off the marks of an object that was
applied in the older one costs it its managedFields as well: only the UID in the inventory tells whose it is.
"""

import asyncio
from functools import partial

import pytest

from testkit.environment import Json, Scene
from testkit.eventually import eventually
from testkit.operating import Operating
from testkit.two_versions import BOTH, NEW, OLD, TwoVersions
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE, OWNER_PREFIX
from vidra.manifests.write import write

BEFORE, MEANWHILE, AFTER, TWICE, ASKED, MOVED, RETURNED = (
    *("before", "meanwhile", "after", "twice", "asked", "moved", "returned"),
)
"""When an object loses its marks: before its version is no longer served, then, or when it is served again; twice; and
then, with a reconcile on request meanwhile, or with a text of the other version, from then on or until it is back."""
OBJECTS = (BEFORE, MEANWHILE, AFTER, TWICE, ASKED, MOVED, RETURNED)


class Stripped(TwoVersions):
    """Each object has a VidraResource of its own, of the same name."""

    def __init__(self, scene: Scene, *, on_events: bool) -> None:
        super().__init__(scene)
        self.destination = {"namespace": scene.namespace, "reconcileOnEvents": on_events}

    def owner(self, name: str) -> str:
        return f"{self.scene.namespace}-{name}"

    async def written(self, version: str, *names: str) -> None:
        for name in names:
            text = write([self.body(name, version)])
            await self.scene.resource(text, name=self.owner(name), destination=self.destination, interval="1s")

    async def stripped(self, *names: str) -> None:
        for name in names:
            found = await self.found(name)
            marks = [key for key in found["metadata"].get("annotations") or {} if key.startswith(OWNER_PREFIX)]
            await self.write(name, {"labels": {MANAGED_LABEL: None}, "annotations": dict.fromkeys(marks)})

    async def found(self, name: str) -> Json:
        found = await self.one(name)
        assert found is not None, f"{name} was deleted"
        return found

    async def is_marked(self, name: str) -> bool:
        metadata = (await self.found(name))["metadata"]
        managers = {entry["manager"] for entry in metadata.get("managedFields") or ()}
        return (
            (metadata.get("labels") or {}).get(MANAGED_LABEL) == MANAGED_VALUE
            and self.owner(name) in (metadata.get("annotations") or {}).values()
            and any(manager.endswith(f":{self.owner(name)}") for manager in managers)
        )


@pytest.mark.parametrize("who", ["an operator that is told", "an operator that looks", "one that starts later"])
async def test_all_marks_are_there_again(own_scene: Scene, own_operator: Operating, who: str) -> None:
    gadgets, dead = Stripped(own_scene, on_events=who == "an operator that is told"), who == "one that starts later"
    await gadgets.serve(*BOTH)
    await gadgets.written(OLD, *OBJECTS)
    for name in OBJECTS:
        await own_scene.until_resource(gadgets.owner(name))
    uids = {name: (await gadgets.found(name))["metadata"]["uid"] for name in OBJECTS}
    if dead:
        await own_operator.stop()
    await gadgets.stripped(BEFORE, TWICE)
    await gadgets.serve(NEW)
    await gadgets.stripped(MEANWHILE, TWICE, ASKED, MOVED, RETURNED)
    await gadgets.written(NEW, MOVED, RETURNED)
    if not dead:
        await own_scene.request(gadgets.owner(ASKED), "now")
        await own_scene.until_resource(gadgets.owner(MOVED))
    await gadgets.serve(*BOTH)
    await gadgets.written(OLD, RETURNED)
    await gadgets.stripped(AFTER)
    if dead:
        await own_operator.start()
    await asyncio.gather(*(eventually(partial(gadgets.is_marked, name)) for name in OBJECTS))
    for name in OBJECTS:
        await own_scene.until_resource(gadgets.owner(name))
        found = await gadgets.found(name)
        assert (found["metadata"]["uid"], found["spec"]) == (uids[name], {"value": "x", "mode": "auto"})
