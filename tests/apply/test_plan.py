from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import DesiredObject
from vidra.apply.desired.order import Stage, stage_of
from vidra.apply.inventory import Inventory, entry_for, key_of
from vidra.apply.plan import plan, prune_order, staged
from vidra.apply.revision import revision
from vidra.kube.object_snapshot import ObjectSnapshot

NewDesired = Callable[..., DesiredObject]

MANAGER = "vidra:hub:me"
KINDS = [
    ("v1", "Namespace"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("v1", "ConfigMap"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("v1", "Service"),
    ("apps/v1", "Deployment"),
    ("example.com/v1", "Namespace"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    ("apiregistration.k8s.io/v1", "APIService"),
]
OBJECTS = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from("abc")), unique=True)


def at_peace(item: DesiredObject) -> tuple[ManagedObject, ObjectSnapshot]:
    """An entry and a live object that both say: applied, and as it was applied."""
    return entry_for(item, "u", revision(item.digest, "held")), ObjectSnapshot("u", 5, ((MANAGER, "held"),))


@pytest.mark.parametrize(
    ("api_version", "kind", "stage"),
    [
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", Stage.DEFINITIONS),
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", Stage.DEFINITIONS),
        ("v1", "Namespace", Stage.DEFINITIONS),
        ("example.com/v1", "Namespace", Stage.OBJECTS),
        ("v1", "Secret", Stage.FOUNDATIONS),
        ("v1", "Service", Stage.OBJECTS),
        ("apps/v1", "Deployment", Stage.OBJECTS),
        ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", Stage.GATES),
    ],
)
def test_the_stage_of_a_kind(api_version: str, kind: str, stage: Stage) -> None:
    assert stage_of(api_version, kind) is stage


@given(OBJECTS)
def test_pruning_goes_the_other_way_but_custom_resources_first(
    desired: NewDesired, objects: list[tuple[tuple[str, str], str]]
) -> None:
    items = sorted((desired(kind, name, api_version=version) for (version, kind), name in objects), key=lambda i: i.key)
    applied = [[item.key for item in stage] for stage in staged(items)]
    pruned = [[key_of(entry) for entry in stage] for stage in prune_order(entry_for(item) for item in items)]
    back = [stage[::-1] for stage in applied[::-1]]
    parts = [
        [key for key in stage if (key.group == "example.com") is first] for first in (True, False) for stage in back
    ]
    assert pruned == [stage for stage in parts if stage]
    assert sorted(key for stage in applied for key in stage) == [item.key for item in items]


@given(OBJECTS, st.data())
def test_everything_is_applied_unchanged_or_pruned_and_nothing_twice(
    desired: NewDesired, objects: list[tuple[tuple[str, str], str]], data: st.DataObject
) -> None:
    everything = [desired(kind, name, api_version=version) for (version, kind), name in objects]
    wanted = {item.key: item for item in everything if data.draw(st.booleans())}
    known = {item.key: at_peace(item) for item in everything if data.draw(st.booleans())}
    inventory = Inventory({key: entry for key, (entry, _) in known.items()})
    work = plan(wanted, inventory, lambda item: known[item.key][1] if item.key in known else None, MANAGER)
    changed = [item.key for item in work.changes]
    unchanged = [key_of(entry) for entry in work.unchanged]
    pruned = [key_of(entry) for stage in work.prune for entry in stage]
    assert sorted(changed + unchanged) == sorted(wanted)
    assert sorted(unchanged) == sorted(wanted.keys() & known.keys())
    assert sorted(pruned) == sorted(known.keys() - wanted.keys())
    assert all(stage for stage in (*work.stages, *work.prune))


def _unconfirmed(entry: ManagedObject, live: ObjectSnapshot) -> tuple[ManagedObject, ObjectSnapshot | None]:
    return msgspec.structs.replace(entry, uid=""), live


def _other_text(entry: ManagedObject, live: ObjectSnapshot) -> tuple[ManagedObject, ObjectSnapshot | None]:
    return msgspec.structs.replace(entry, revision="other-held"), live


def _absent(entry: ManagedObject, _: ObjectSnapshot) -> tuple[ManagedObject, ObjectSnapshot | None]:
    return entry, None


def _made_anew(entry: ManagedObject, live: ObjectSnapshot) -> tuple[ManagedObject, ObjectSnapshot | None]:
    return entry, msgspec.structs.replace(live, uid="another")


def _terminating(entry: ManagedObject, live: ObjectSnapshot) -> tuple[ManagedObject, ObjectSnapshot | None]:
    return entry, msgspec.structs.replace(live, terminating=True)


def _drifted(entry: ManagedObject, live: ObjectSnapshot) -> tuple[ManagedObject, ObjectSnapshot | None]:
    return entry, msgspec.structs.replace(live, holders=((MANAGER, "less"),))


def _released(entry: ManagedObject, live: ObjectSnapshot) -> tuple[ManagedObject, ObjectSnapshot | None]:
    return entry, msgspec.structs.replace(live, holders=(("vidra:hub:other", "held"),))


@pytest.mark.parametrize("disturb", [_unconfirmed, _other_text, _absent, _made_anew, _terminating, _drifted, _released])
def test_whatever_is_not_certainly_at_peace_is_applied(
    desired: NewDesired, disturb: Callable[[ManagedObject, ObjectSnapshot], tuple[ManagedObject, ObjectSnapshot | None]]
) -> None:
    item = desired("ConfigMap", "a")
    entry, live = disturb(*at_peace(item))
    work = plan({item.key: item}, Inventory({item.key: entry}), lambda _: live, MANAGER)
    assert work.changes == (item,)
    assert work.unchanged == ()
