import re

from hypothesis import given
from hypothesis import strategies as st

from vidra.apply.field_owner import MANAGER_LIMIT, Owner
from vidra.controllers.sync.artifacts.names import NAME_LIMIT, resource_name

PART = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(PART, min_size=1, max_size=6).map(".".join).filter(lambda name: len(name) <= 253)
DNS_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


@given(NAMES)
def test_every_name_fits_into_a_field_manager_and_an_annotation(name: str) -> None:
    owner = Owner("0a1b2c3d", name)
    assert owner.manager.startswith("vidra:0a1b2c3d:")
    assert len(owner.manager.encode()) <= MANAGER_LIMIT
    [(key, value)] = owner.annotations.items()
    assert value == name
    assert QUALIFIED.fullmatch(key.partition("/")[2])


@given(st.lists(NAMES, min_size=2, max_size=2, unique=True), st.integers(0, 200))
def test_two_owners_never_share_a_manager(names: list[str], padding: int) -> None:
    one, other = ("a" * padding + name for name in names)
    assert Owner("h", one).manager != Owner("h", other).manager
    assert Owner("h", one).annotations.keys() != Owner("h", other).annotations.keys()


@given(st.integers(0, 130), st.sampled_from([".", "-", "a"]))
def test_a_name_like_a_shortened_one_is_another_owner(length: int, at_the_cut: str) -> None:
    names = ["a" * 95 + at_the_cut + "b" * length + "c"]
    for _ in range(3):
        names.append(Owner("0a1b2c3d", names[-1]).manager.rpartition(":")[2])
    assert len({Owner("0a1b2c3d", name).manager for name in names}) == len(set(names))


def test_two_vidras_never_share_a_manager() -> None:
    assert Owner("one", "a").manager != Owner("two", "a").manager


@given(NAMES, st.one_of(st.uuids().map(str), NAMES, st.text(max_size=300)))
def test_a_vidraresource_always_gets_a_name_that_kubernetes_takes(sync: str, artifact: str) -> None:
    name = resource_name(sync, artifact)
    assert len(name) <= NAME_LIMIT
    assert DNS_NAME.fullmatch(name)
    assert name == resource_name(sync, artifact)


@given(NAMES, st.lists(st.uuids().map(str), min_size=2, max_size=2, unique=True))
def test_two_artifacts_of_a_sync_never_share_a_name(sync: str, artifacts: list[str]) -> None:
    assert resource_name(sync, artifacts[0]) != resource_name(sync, artifacts[1])


def test_a_usual_name_says_where_it_comes_from() -> None:
    assert resource_name("shop", "17f2-ab") == "shop-17f2-ab"
