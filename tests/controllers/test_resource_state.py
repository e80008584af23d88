"""What is remembered of a VidraResource goes with it, all at once."""

from vidra.apply.field_owner import Owner
from vidra.controllers.resource.state import ResourceState, ResourceStates

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
