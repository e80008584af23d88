"""What is shown before a person agrees is the very set, without what another VidraResource has as well."""

from testkit.resources import resource
from vidra.api.resource import ManagedObject
from vidra.views.held_prune import HeldObject, objects_of_unlisted


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
