"""What a digest tells whom: the same key knows the text again, another key nothing."""

from collections.abc import Callable

import msgspec
import pytest

from testkit.digests import DIGESTS
from vidra.api.resource import ManagedObject
from vidra.apply.desired.digest import KEY_LENGTH, LENGTH, Digests, is_of_other_key, is_plain
from vidra.apply.desired.object import DesiredObject
from vidra.apply.inventory import Inventory, entry_for
from vidra.apply.recognized_texts import is_same_text, recognized
from vidra.apply.revision import is_of_text, revision

NewDesired = Callable[..., DesiredObject]

OTHER = Digests(b"another key, of as many bytes as it takes")
SEEN, GONE, ENDED, ENDED_AND_SEEN = ("", False), ("", True), ("Succeeded", True), ("Succeeded", False)
"""How an object ended, and whether it is missing."""


def test_a_digest_depends_on_the_key() -> None:
    mine, again, theirs = (digests.of(b"text") for digests in (DIGESTS, DIGESTS, OTHER))
    assert mine == again != theirs
    assert len(mine) == LENGTH
    assert not is_plain(mine)
    assert (is_of_other_key(theirs, mine), is_of_other_key(DIGESTS.of(b"else"), mine)) == (True, False)


def test_there_is_no_digest_without_a_key() -> None:
    with pytest.raises(AssertionError):
        Digests(b"")
    assert len(Digests.new_key()) == KEY_LENGTH


def test_a_plain_digest_is_known_again_when_it_was_sealed_for_its_owner(desired: NewDesired) -> None:
    item = desired("Secret", "pin", value="1234")
    plain, sealed = item.formers
    assert is_plain(plain)
    assert sealed == DIGESTS.sealed(plain, "me") != DIGESTS.sealed(plain, "another")
    for digest in (item.digest, plain, sealed):
        assert is_of_text(entry_for(item, "u", revision(digest, "held")), item.all_digests)
    assert not is_of_text(entry_for(item, "u", revision(OTHER.of(b""), "held")), item.all_digests)


@pytest.mark.parametrize(
    ("digest", "same", "end", "known"),
    [
        (OTHER.of(b""), True, SEEN, True),
        (OTHER.of(b""), False, GONE, False),
        (OTHER.of(b""), False, ENDED, True),
        (OTHER.of(b""), False, ENDED_AND_SEEN, False),
        (DIGESTS.of(b"another text"), True, ENDED, False),
        ("", True, ENDED, False),
    ],
)
def test_a_text_under_a_lost_key_is_known_by_the_rest(
    desired: NewDesired, digest: str, same: bool, end: tuple[str, bool], known: bool
) -> None:
    ended, missing = end
    item = desired("Job", "pays")
    entry = _ended(entry_for(item, "u", revision(digest, "held", 3) if digest else ""), ended)
    inventory = Inventory.of([entry])
    found = recognized(inventory, {item.key: item}, same=same, missing=lambda _: missing)
    if known:
        assert found.entries[item.key] == msgspec.structs.replace(entry, revision=f"{item.digest}-held-3")
    else:
        assert found is inventory


def test_what_another_owner_ran_is_not_run_again_when_its_key_is_lost(desired: NewDesired) -> None:
    item = desired("Job", "pays")
    its = entry_for(item, "u", revision(OTHER.of(b""), "held"))
    assert not is_same_text(its, item.all_digests)
    assert is_same_text(_ended(its, "Succeeded"), item.all_digests)


def _ended(entry: ManagedObject, how: str) -> ManagedObject:
    return msgspec.structs.replace(entry, ended=how)
