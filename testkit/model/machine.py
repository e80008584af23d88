"""The stories that hypothesis tells: rules that pick a deed and whom it concerns."""

from __future__ import annotations

import traceback
from collections.abc import Coroutine
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from testkit.model.expected_state import NAMES, Artifact, Sync
from testkit.model.scenario import Story
from testkit.model.world import VERBS, World

OBJECTS = st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=6)
PICK = st.integers(0, 11)
PLAIN = st.sampled_from([name for name in NAMES if name[0] in "cs"])
HABITS = st.frozensets(st.sampled_from(["on_events", "adopts", "waits", "acts_as_account"]))
RIGHTS = st.sampled_from([(), ("get",), ("get", "create", "patch", "delete"), VERBS])
"""Nothing; only to look; to act without watching; everything."""
MOMENT = st.sampled_from([0.0, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.4])
SIDE = st.integers(0, 1)
DEEDS = ("person_edits", "person_strips", "person_wipes", "person_deletes", "keep_or_free")
MOST_SYNCS, MOST_ARTIFACTS = 3, 4


class Machine(RuleBasedStateMachine):
    """One story per example. `world` is set by a subclass, made once for all of them."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(self.world)
        self._wrong = False

    def teardown(self) -> None:
        """See that everything ends well, unless something went wrong already."""
        if not self._wrong:
            self._run(self.story.end())

    @initialize(names=st.lists(OBJECTS, min_size=1, max_size=3), often=st.booleans(), habits=HABITS)
    def begin(self, names: list[frozenset[str]], habits: frozenset[str], *, often: bool) -> None:
        """There is a sync."""
        self._run(self.story.begin())
        self._run(self.story.add_sync(names, 0, often=often, habits=habits))

    @precondition(lambda self: len(self.syncs) < MOST_SYNCS)
    @rule(names=st.lists(OBJECTS, min_size=1, max_size=2), side=SIDE, often=st.booleans(), habits=HABITS)
    def add_sync(self, names: list[frozenset[str]], side: int, habits: frozenset[str], *, often: bool) -> None:
        """One more."""
        self._run(self.story.add_sync(names, side, often=often, habits=habits))

    @precondition(lambda self: self.syncs and len(self.syncs) < MOST_SYNCS)
    @rule(pick=PICK, often=st.booleans(), habits=HABITS)
    def add_second_owner(self, pick: int, habits: frozenset[str], *, often: bool) -> None:
        """A sync that wants the very same objects as another one."""
        sync, artifact = self._some(pick)
        side = self.story.wishes.namespaces.index(sync.namespace)
        self._run(self.story.add_sync([artifact.names], side, often=often, habits=habits))

    @precondition(lambda self: self._roomy())
    @rule(pick=PICK, names=OBJECTS)
    def add_artifact(self, pick: int, names: frozenset[str]) -> None:
        """In some sync."""
        self._run(self.story.add_artifact(_one(self._roomy(), pick), names))

    @precondition(lambda self: self.syncs)
    @rule(pick=PICK, names=OBJECTS)
    def change_artifact(self, pick: int, names: frozenset[str]) -> None:
        """Of some sync."""
        self._run(self.story.change_artifact(*self._some(pick), names))

    @precondition(lambda self: self.syncs)
    @rule(pick=PICK)
    def empty_artifact(self, pick: int) -> None:
        """Nothing in it any more."""
        self._run(self.story.change_artifact(*self._some(pick), frozenset()))

    @precondition(lambda self: self.syncs)
    @rule(pick=PICK)
    def change_value(self, pick: int) -> None:
        """Of an object that one VidraResource has. Which there are may depend on who was faster: no precondition."""
        if self._changeable():
            self._run(self.story.change_value(_one(self._changeable(), pick)))

    @precondition(lambda self: self.syncs)
    @rule(pick=PICK)
    def break_or_mend(self, pick: int) -> None:
        """Some artifact."""
        self._run(self.story.break_or_mend(*self._some(pick)))

    @precondition(lambda self: self._several())
    @rule(pick=PICK)
    def remove_artifact(self, pick: int) -> None:
        """Not the last one: nobody can tell that from a mistake."""
        self._run(self.story.remove_artifact(*_one(self._several(), pick)))

    @precondition(lambda self: self._several())
    @rule(pick=PICK, to=PICK, name=PICK)
    def move_object(self, pick: int, to: int, name: int) -> None:
        """From one artifact to another one of its sync."""
        sync, old = _one(self._several(), pick)
        new = _one([item for item in sync.artifacts.values() if item is not old], to)
        if old.names:
            self._run(self.story.move_object(_one(sorted(old.names), name), sync, old, new))

    @precondition(lambda self: self.syncs)
    @rule(pick=PICK)
    def recreate_artifact(self, pick: int) -> None:
        """Under a new id."""
        self._run(self.story.recreate_artifact(*self._some(pick)))

    @precondition(lambda self: self._several() and len(self.syncs) > 1)
    @rule(pick=PICK, to=PICK)
    def rename_artifact(self, pick: int, to: int) -> None:
        """Into another sync."""
        sync, artifact = _one(self._several(), pick)
        self._run(self.story.rename_artifact(sync, artifact, _one([one for one in self.syncs if one is not sync], to)))

    @precondition(lambda self: len(self.syncs) > 1)
    @rule(pick=PICK)
    def delete_sync(self, pick: int) -> None:
        """Some sync."""
        self._run(self.story.delete_sync(_one(self.syncs, pick)))

    @precondition(lambda self: self.syncs)
    @rule(pick=PICK)
    def suspend_or_resume(self, pick: int) -> None:
        """Some sync."""
        self._run(self.story.suspend_or_resume(_one(self.syncs, pick)))

    @precondition(lambda self: self.syncs and all(not one.suspended for one in self.syncs))
    @rule(pick=PICK)
    def move_sync(self, pick: int) -> None:
        """To the other namespace."""
        self._run(self.story.move_sync(_one(self.syncs, pick)))

    @precondition(lambda self: self.story.answers)
    @rule(refuse=st.booleans())
    def end_of_infrahub(self, *, refuse: bool) -> None:
        """For some steps."""
        self._run(self.story.end_of_infrahub(refuse=refuse))

    @precondition(lambda self: not self.story.answers)
    @rule()
    def mend_infrahub(self) -> None:
        """It is back."""
        self._run(self.story.mend_infrahub())

    @precondition(lambda self: self.story.answers and self._awake())
    @rule(pick=PICK, empty=st.booleans())
    def dubious_list(self, pick: int, *, empty: bool) -> None:
        """For a moment."""
        self._run(self.story.dubious_list(_one(self._awake(), pick), empty=empty))

    @rule(name=PLAIN, side=SIDE, alike=st.booleans())
    def stranger_creates(self, name: str, side: int, *, alike: bool) -> None:
        """Something where an artifact may want something."""
        self._run(self.story.stranger_creates(name, side, alike=alike))

    @precondition(lambda self: self.syncs)
    @rule(pick=PICK, delete=st.booleans())
    def stranger_acts(self, pick: int, *, delete: bool) -> None:
        """On what is theirs, if anything is."""
        wishes = self.story.wishes
        theirs = sorted(key for key in wishes.strangers if not wishes.adoptable(key))
        if theirs:
            key = _one(theirs, pick)
            self._run(self.story.stranger_deletes(key) if delete else self.story.stranger_edits(key))

    @rule(pick=PICK, deed=st.sampled_from([*DEEDS]))
    def person_acts(self, pick: int, deed: str) -> None:
        """On what Vidra applied."""
        keys = self._run(self.story.theirs())
        if keys:
            key = _one(keys, pick)
            if deed != "person_deletes" or key not in self.story.wishes.undeletable:
                self._run(getattr(self.story, deed)(key))

    @precondition(lambda self: self.world.operator.running)
    @rule(pick=PICK)
    def person_forges(self, pick: int) -> None:
        """An inventory."""
        self._run(self.story.person_forges(pick))

    @rule(pick=PICK, replicas=st.integers(2, 5))
    def person_scales(self, pick: int, replicas: int) -> None:
        """A Gadget that Vidra applied."""
        if gadgets := [key for key in self._run(self.story.theirs()) if key.kind == "Gadget"]:
            self._run(self.story.person_scales(_one(gadgets, pick), replicas))

    @precondition(lambda self: any(sync.acts_as_account for sync in self.syncs))
    @rule(verbs=RIGHTS)
    def change_rights(self, verbs: tuple[str, ...]) -> None:
        """Of the ServiceAccount that some syncs apply as, until all settles."""
        if verbs != self.story.rights:
            self._run(self.story.change_rights(verbs))

    @precondition(lambda self: self.syncs)
    @rule()
    def change_version(self) -> None:
        """Of the Gadgets in the artifacts."""
        if self.story.answers:
            self._run(self.story.change_version())

    @rule()
    def serve_or_not(self) -> None:
        """The old version of Gadget, until all settles."""
        self._run(self.story.serve_or_not())

    @precondition(lambda self: self.world.operator.running)
    @rule(after=MOMENT, back=st.booleans())
    def kill(self, after: float, *, back: bool) -> None:
        """At some moment."""
        self._run(self.story.kill(after, back=back))

    @precondition(lambda self: self.world.operator.running)
    @rule(after=MOMENT, seconds=st.sampled_from([0.0, 0.0, 0.1]))
    def cut(self, after: float, seconds: float) -> None:
        """At some moment."""
        self._run(self.story.cut(after, seconds))

    @rule()
    def check(self) -> None:
        """While something may go on."""
        self._run(self.story.check())

    @rule()
    def settle(self) -> None:
        """Until all is as it should be."""
        self._run(self.story.settle())

    @property
    def syncs(self) -> list[Sync]:
        """Those that are there."""
        return list(self.story.wishes.syncs.values())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do a deed; one that goes wrong tells the story."""
        self.world.steps += 1
        try:
            return self.world.run(work)
        except BaseException as error:
            self._wrong = True
            lines = (f"  {number:3} {line}" for number, line in enumerate(self.story.told, 1))
            error.add_note("\n".join(["The story:", *lines]))
            # Noted at once: a second run, from which hypothesis would tell it, may have another end.
            self.world.wrong.append("".join(traceback.format_exception(error)))
            self.world.run(self.story.abandon())
            raise

    def _some(self, pick: int) -> tuple[Sync, Artifact]:
        choices = [(sync, artifact) for sync in self.syncs for artifact in sync.artifacts.values()]
        return choices[pick % len(choices)]

    def _several(self) -> list[tuple[Sync, Artifact]]:
        return [(sync, item) for sync in self.syncs if len(sync.artifacts) > 1 for item in sync.artifacts.values()]

    def _roomy(self) -> list[Sync]:
        return [sync for sync in self.syncs if len(sync.artifacts) < MOST_ARTIFACTS]

    def _awake(self) -> list[Sync]:
        return [sync for sync in self.syncs if not sync.suspended]

    def _changeable(self) -> list[str]:
        """Objects of which Vidra can change the content without asking another owner."""
        wishes = self.story.wishes
        suspended = {name for name, wish in wishes.known().items() if wish.suspended}
        if not self.story.answers:
            return []
        return [name for name in NAMES if len(concerned := wishes.concerned(name)) == 1 and not concerned & suspended]


def _one(choices: list[Any], pick: int) -> Any:
    return choices[pick % len(choices)]
