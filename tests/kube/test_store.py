from __future__ import annotations

from functools import partial
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.api.meta import Meta
from vidra.kube import tombstones as ended
from vidra.kube.store import Index, Portion, Store, version_number
from vidra.kube.tombstones import Tombstones

Change = tuple[str, str]


def is_in(namespace: str, item: Thing) -> bool:
    return item.metadata.namespace == namespace


class Thing(msgspec.Struct, frozen=True):
    metadata: Meta
    group: str = ""


def thing(name: str, version: int, uid: str = "", group: str = "") -> Thing:
    return Thing(Meta(name=name, uid=uid or f"uid-{name}", resource_version=str(version)), group)


@pytest.fixture
def store() -> Store[Thing]:
    return Store(index=lambda item: item.group)


@pytest.fixture
def told(store: Store[Thing]) -> list[tuple[int, int]]:
    """Versions before and after, 0 for none."""
    changes: list[tuple[int, int]] = []

    def number(item: Thing | None) -> int:
        return int(item.metadata.resource_version) if item else 0

    store.listen(lambda old, new: changes.append((number(old), number(new))))
    return changes


def test_every_change_is_told_once(store: Store[Thing], told: list[tuple[int, int]]) -> None:
    store.changed(thing("a", 1))
    store.changed(thing("a", 3))
    store.changed(thing("a", 3))
    store.removed(thing("a", 4))
    store.removed(thing("a", 4))
    assert told == [(0, 1), (1, 3), (3, 0)]


def test_an_older_version_is_ignored(store: Store[Thing], told: list[tuple[int, int]]) -> None:
    store.changed(thing("a", 10))
    store.changed(thing("a", 9))
    assert store.get("a") == thing("a", 10)
    assert told == [(0, 10)]


def test_the_watch_of_one_namespace_takes_nothing_out_of_another(store: Store[Thing]) -> None:
    here, there = (
        Thing(Meta(name="a", namespace=place, uid=place, resource_version="1")) for place in ("here", "there")
    )
    for item in (here, there):
        Portion(store, partial(is_in, item.metadata.namespace)).found(item)
    Portion(store, partial(is_in, "here")).listed((), 5)
    assert list(store) == [there]


def test_versions_are_compared_as_numbers(store: Store[Thing]) -> None:
    store.changed(thing("a", 9))
    store.changed(thing("a", 10))
    assert store.get("a") == thing("a", 10)


@pytest.mark.parametrize("version", [50, -1])
def test_a_collection_that_went_back_in_time_is_right(
    store: Store[Thing], told: list[tuple[int, int]], version: int
) -> None:
    """Versions went on since, or cannot be compared: what is found in an earlier state than known is so."""
    for item in (thing("changed", 40), thing("same", 7), thing("gone", 41), thing("back", 30)):
        store.changed(item)
    store.removed(thing("back", 42))
    told.clear()
    found = [thing("changed", 9), thing("same", 7), thing("back", 8)]
    for item in found:
        store.found(item)
    store.listed([item.metadata.uid for item in found], version)
    assert sorted(store, key=lambda item: item.metadata.name) == sorted(found, key=lambda item: item.metadata.name)
    assert sorted(told) == [(0, 8), (40, 9), (41, 0)]


def test_our_own_write_from_after_a_collection_was_read_stays(store: Store[Thing]) -> None:
    store.changed(thing("a", 40))
    store.found(thing("a", 39))
    store.listed(["uid-a"], 39)
    assert store.get("a") == thing("a", 40)


def test_the_answer_to_a_write_does_not_bring_back_what_ended(store: Store[Thing]) -> None:
    store.changed(thing("a", 1))
    store.removed(thing("a", 5))
    store.changed(thing("a", 4))
    assert store.get("a") is None


def test_an_end_that_is_older_than_what_is_known_is_ignored(store: Store[Thing]) -> None:
    store.changed(thing("a", 7))
    store.removed(thing("a", 5))
    assert store.get("a") == thing("a", 7)


def test_what_is_selected_again_comes_back(store: Store[Thing]) -> None:
    store.changed(thing("a", 1))
    store.removed(thing("a", 5))
    store.changed(thing("a", 8))
    assert store.get("a") == thing("a", 8)


def test_a_successor_of_the_same_name_is_another_object(store: Store[Thing]) -> None:
    store.changed(thing("a", 7, uid="first"))
    store.changed(thing("a", 9, uid="second"))
    store.removed(thing("a", 8, uid="first"))
    assert store.get("a") == thing("a", 9, uid="second")


def read(store: Store[Thing], version: int, *items: Thing) -> None:
    """Give the store a whole collection, as a watch does."""
    for item in items:
        store.found(item)
    store.listed({item.metadata.uid for item in items}, version)


def test_a_list_takes_out_what_it_does_not_hold_unless_that_is_newer(store: Store[Thing]) -> None:
    store.changed(thing("old", 1))
    store.changed(thing("stays", 2))
    store.changed(thing("created-meanwhile", 12))
    read(store, 10, thing("stays", 2), thing("new", 3))
    assert sorted(item.metadata.name for item in store) == ["created-meanwhile", "new", "stays"]
    store.changed(thing("created-meanwhile", 13))
    assert store.get("created-meanwhile") == thing("created-meanwhile", 13)


def test_a_list_with_a_successor_replaces_what_was_there(store: Store[Thing]) -> None:
    store.changed(thing("a", 1, uid="first"))
    read(store, 10, thing("a", 9, uid="second"))
    assert store.get("a") == thing("a", 9, uid="second")
    assert len(store) == 1


def test_the_index_follows_the_objects(store: Store[Thing]) -> None:
    store.changed(thing("a", 1, group="red"))
    store.changed(thing("b", 2, group="red"))
    store.changed(thing("a", 3, group="blue"))
    assert store.group("red") == [thing("b", 2, group="red")]
    assert store.group("blue") == [thing("a", 3, group="blue")]
    store.removed(thing("a", 4))
    assert store.group("blue") == []
    assert store.group("never") == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["changed", "removed"]), st.sampled_from("abc"), st.sampled_from(["", "red"])),
    max_size=30,
)


@given(STEPS, st.randoms())
def test_news_in_any_order_ends_in_the_newest_state(steps: list[tuple[str, str, str]], dice: Random) -> None:
    news = [(deed, thing(name, number, group=group)) for number, (deed, name, group) in enumerate(steps, 1)]
    newest = {item.metadata.name: (deed, item) for deed, item in news}
    dice.shuffle(news)
    store: Store[Thing] = Store(index=lambda item: item.group)
    index = Index(store, lambda item: item.group)
    for deed, item in news:
        (store.changed if deed == "changed" else store.removed)(item)
    expected = {name: item for name, (deed, item) in newest.items() if deed == "changed"}
    assert {item.metadata.name: item for item in store} == expected
    late = Index(store, lambda item: item.group)
    for group in ("", "red"):
        assert (
            sorted(index.get(group), key=str) == sorted(late.get(group), key=str) == sorted(store.group(group), key=str)
        )
        assert {item.metadata.name for item in store.group(group)} == {
            name for name, item in expected.items() if item.group == group
        }


def test_what_is_kept_of_an_object_may_depend_on_something_else(
    store: Store[Thing], told: list[tuple[int, int]]
) -> None:
    groups: dict[str, str] = {}
    store.keep(lambda item: msgspec.structs.replace(item, group=groups["a"]) if groups and not item.group else item)
    store.changed(thing("a", 1))
    store.keep_again("a")
    store.keep_again("none")
    assert (store.get("a"), told) == (thing("a", 1), [(0, 1)])
    groups["a"] = "red"
    store.keep_again("a")
    store.keep_again("a")
    assert (store.group("red"), told) == ([thing("a", 1, group="red")], [(0, 1), (1, 1)])


def test_only_so_many_ends_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended, "REMEMBERED", 2)
    memory = Tombstones()
    for uid in ("a", "b", "a", "c"):
        memory.note(uid, 5)
    assert [memory.before(uid, 5) for uid in ("a", "b", "c")] == [True, False, True]
    assert not memory.before("a", 6)


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("", -1), ("a1", -1), ("-3", -1), ("²", -1)])
def test_versions_as_numbers(text: str, number: int) -> None:
    assert version_number(text) == number
