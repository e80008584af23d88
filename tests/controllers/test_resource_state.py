"""What is remembered of a VidraResource goes with it, all at once."""

from typing import TYPE_CHECKING, cast

from vidra.api.conditions import Verdict
from vidra.api.meta import Meta
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ResourceSpec, ResourceStatus, VidraResource
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory
from vidra.controllers.resource.apply.result import ReconcileResult
from vidra.controllers.resource.state import ResourceState, ResourceStates, Unwritten
from vidra.controllers.resource.status.compute import Outcome

if TYPE_CHECKING:
    from vidra.controllers.resource.status.writer import StatusWriter

ME, OTHER = Owner("hub", "me"), Owner("hub", "other")


def test_an_owner_is_found_by_its_field_manager() -> None:
    states = ResourceStates()
    states.of(ME)
    assert (states.name_of(ME.manager), states.name_of(OTHER.manager)) == ("me", "")


def test_nothing_is_left_of_what_is_forgotten() -> None:
    states = ResourceStates()
    mine, others = states.of(ME), states.of(OTHER)
    for field in ResourceState.__struct_fields__:
        setattr(mine, field, object())
    mine.pending_release = others.pending_release = frozenset({"box"})
    states.forget(ME)
    assert (states.find("me"), states.name_of(ME.manager), states.pending_release("me")) == (None, "", frozenset())
    fresh = states.of(ME)
    assert all(getattr(fresh, field) is not getattr(mine, field) for field in ("drift", "refused", "health_deadline"))
    assert not fresh.restored
    assert states.find("other") is others


def test_what_was_confirmed_is_known_although_it_was_not_written() -> None:
    listed = ManagedObject("v1", "ConfigMap", "box"), ManagedObject("v1", "ConfigMap", "other")
    confirmed = [ManagedObject("v1", "ConfigMap", name, uid="1") for name in ("box", "released-since")]
    outcome = Outcome(Verdict(ready=True, reason=Reason.APPLIED, message=""), Inventory.of(confirmed))
    resource = VidraResource(Meta(name="me"), ResourceSpec(), ResourceStatus(managed_resources=listed))
    state = ResourceState()
    assert state.known(resource) is resource
    state.unwritten = Unwritten(writer=cast("StatusWriter", None), result=ReconcileResult(outcome, (), 0, 0))
    assert state.known(resource).status.managed_resources == (confirmed[0], listed[1])
