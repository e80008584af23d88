"""The invariant: what an owner may have applied is in its inventory until it is confirmed gone or let go."""

from hypothesis import given
from hypothesis import strategies as st

from testkit.digests import DIGESTS
from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import DesiredObject, build_desired_object
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory, entry_for, key_of
from vidra.kube.discovery import Kind
from vidra.manifests import ManifestObject, Ref

CONFIGS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)


def item(name: str) -> DesiredObject:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    return build_desired_object(
        ManifestObject(Ref("v1", "ConfigMap", "", name), body, 1), CONFIGS, "", "ns", Owner("h", "me"), digests=DIGESTS
    )


def entry(name: str, uid: str = "") -> ManagedObject:
    return entry_for(item(name), uid)


SETS = st.frozensets(st.sampled_from("abcdefgh"))


@given(SETS, SETS)
def test_writing_ahead_keeps_every_entry_and_adds_what_is_wanted(
    before: frozenset[str], wanted: frozenset[str]
) -> None:
    inventory = Inventory.of(entry(name, f"uid-{name}") for name in before)
    ahead = inventory.ahead(item(name) for name in wanted)
    assert {key.name for key in ahead.entries} == before | wanted
    assert all(ahead.entries[key] == value for key, value in inventory.entries.items())
    assert all(not ahead.entries[item(name).key].uid for name in wanted - before)
    if wanted <= before:
        assert ahead is inventory


@given(SETS, SETS, SETS, SETS)
def test_settling_drops_what_is_gone_and_nothing_else(
    before: frozenset[str], wanted: frozenset[str], applied: frozenset[str], gone: frozenset[str]
) -> None:
    ahead = Inventory.of(entry(name, "old") for name in before).ahead(item(name) for name in wanted)
    confirmed = [entry(name, "new") for name in applied & wanted]
    settled = ahead.settled(confirmed, [item(name).key for name in gone])
    assert {key.name for key in settled.entries} == (before | wanted) - gone
    for name in (applied & wanted) - gone:
        assert settled.entries[item(name).key].uid == "new"
    for name in before - applied - gone:
        assert settled.entries[item(name).key].uid == "old"
    assert ahead.settled((), ()) == ahead


@given(st.permutations("abcdef"))
def test_a_listing_has_one_order(names: list[str]) -> None:
    inventory = Inventory.of(entry(name) for name in names)
    assert [each.name for each in inventory.listing()] == sorted(names)
    assert Inventory.of(inventory.listing()) == inventory


def test_another_version_of_the_api_is_the_same_object() -> None:
    old = ManagedObject(api_version="apps/v1beta1", kind="Deployment", name="a", namespace="ns")
    new = ManagedObject(api_version="apps/v1", kind="Deployment", name="a", namespace="ns")
    other = ManagedObject(api_version="other/v1", kind="Deployment", name="a", namespace="ns")
    assert key_of(old) == key_of(new) != key_of(other)
