"""What is shown before a person agrees is the very set, without what another VidraResource has as well."""

import msgspec
import pytest

from testkit.resources import resource, sync
from vidra.api.conditions import Condition
from vidra.api.held_prune import SyncHeldPrune
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject
from vidra.api.sync import InfrahubSync, SyncStatus
from vidra.apply.guards.prune_limit import FORMER_LENGTH, set_id
from vidra.views.errors import ViewError
from vidra.views.held_prune import HeldObject, HeldPrune, held_by_sync, objects_of_unlisted


def entry(name: str, server: str = "") -> ManagedObject:
    return ManagedObject("v1", "ConfigMap", name, "web", server=server)


def test_only_what_no_listed_resource_has_would_be_deleted() -> None:
    siblings = [
        resource("old", [entry("one"), entry("two"), entry("one", "https://edge.example")]),
        resource("older", [entry("three")]),
        resource("listed", [entry("one")]),
    ]
    assert objects_of_unlisted({"old", "older"}, siblings) == (
        HeldObject("ConfigMap web/two (v1)", "", "old"),
        HeldObject("ConfigMap web/one (v1)", "https://edge.example", "old"),
        HeldObject("ConfigMap web/three (v1)", "", "older"),
    )


def holding(*names: str, id_: str = "") -> InfrahubSync:
    held = SyncHeldPrune(id=id_ or set_id(names), objects=1, of=2, resources=names)
    return msgspec.structs.replace(sync("all"), status=SyncStatus(held_prune=held))


@pytest.mark.parametrize("id_", [set_id(["old"]), set_id(["old"])[:FORMER_LENGTH]], ids=["now", "earlier version"])
def test_a_sync_holds_what_its_status_names_and_only_of_its_own(id_: str) -> None:
    made = [resource("old", [entry("one")], sync="all"), resource("other", [entry("one")], sync="other")]
    found = held_by_sync(holding("old", id_=id_), made)
    assert found == HeldPrune(id_, (HeldObject("ConfigMap web/one (v1)", "", "old"),))


def test_a_set_that_the_status_does_not_name_whole_is_not_shown_in_part() -> None:
    with pytest.raises(ViewError, match="too much for a list"):
        held_by_sync(holding("old", id_=set_id(["old", "older"])), [resource("old", [entry("one")], sync="all")])


@pytest.mark.parametrize("reason", Reason)
def test_nothing_is_held_unless_the_condition_says_so(reason: Reason) -> None:
    ready = Condition("Ready", "False", reason, "wait")
    item = msgspec.structs.replace(sync("all"), status=SyncStatus(conditions=(ready,)))
    if reason is Reason.PRUNE_HELD:
        with pytest.raises(ViewError, match="wait"):
            held_by_sync(item, [])
    else:
        assert held_by_sync(item, []) is None
