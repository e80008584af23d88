"""A seal is good for one VidraResource, one text and one place, and nobody can make one without the stamp."""

import hashlib

import msgspec
import pytest

from vidra.api.meta import Meta
from vidra.api.resource import Content, ResourceSpec, VidraResource
from vidra.api.sync import Destination
from vidra.controllers.runtime.content_chunks import ContentError, chunks_of, named_well, names_of, whole
from vidra.controllers.runtime.content_seal import is_sealed, new_stamp, sealed
from vidra.controllers.sync.artifacts.resource_choice import current_resource

CONTENT = Content("a", "c" * 32, ("vidra-0123456789abcdef-cccccccccccc-0",), 7)
PLACE = Destination(server="https://one.example.com", namespace="web")
STAMP = "0123456789abcdef"
GIVEN = sealed(STAMP, "hub-a", CONTENT, PLACE)


def test_it_is_good_for_what_it_was_made_for() -> None:
    assert is_sealed(STAMP, "hub-a", GIVEN, PLACE)
    # What is no place may differ.
    assert is_sealed(STAMP, "hub-a", GIVEN, msgspec.structs.replace(PLACE, reconcile_on_events=True))


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("hub-b", GIVEN, PLACE),
        ("hub-a", msgspec.structs.replace(GIVEN, checksum="d" * 32), PLACE),
        ("hub-a", msgspec.structs.replace(GIVEN, artifact_id="b"), PLACE),
        ("hub-a", msgspec.structs.replace(GIVEN, secrets=(*GIVEN.secrets, "more")), PLACE),
        ("hub-a", msgspec.structs.replace(GIVEN, seal=""), PLACE),
        ("hub-a", msgspec.structs.replace(GIVEN, seal="é"), PLACE),
        ("hub-a", GIVEN, msgspec.structs.replace(PLACE, server=None)),
        ("hub-a", GIVEN, msgspec.structs.replace(PLACE, server="https://two.example.com")),
        ("hub-a", GIVEN, msgspec.structs.replace(PLACE, context="other")),
        ("hub-a", GIVEN, msgspec.structs.replace(PLACE, namespace="other")),
    ],
)
def test_it_is_good_for_nothing_else(name: str, content: Content, place: Destination) -> None:
    assert not is_sealed(STAMP, name, content, place)


def test_without_the_stamp_there_is_none() -> None:
    assert not is_sealed(new_stamp(), "hub-a", GIVEN, PLACE)
    assert not is_sealed("", "hub-a", sealed("", "hub-a", CONTENT, PLACE), PLACE)
    assert new_stamp() != new_stamp()


@pytest.mark.parametrize(
    "names", [(), ("",), ("..",), ("hub",), ("vidra-0123456789abcdef-c-0", "../x"), ("vidra-0123456789abcdef-c-0?x=1",)]
)
def test_other_names_are_none_of_stored_texts(names: tuple[str, ...]) -> None:
    assert not named_well(msgspec.structs.replace(CONTENT, secrets=names))


@pytest.mark.parametrize("text", [b"", b"a: 1\n", bytes(range(256)) * 10])
def test_a_text_comes_back_whole_or_not_at_all(text: bytes) -> None:
    checksum = hashlib.md5(text, usedforsecurity=False).hexdigest()
    chunks = chunks_of(text)
    assert named_well(msgspec.structs.replace(CONTENT, secrets=names_of("hub-a", checksum, len(chunks))))
    assert whole(chunks, checksum) == text
    for wrong in ([b"no gzip"], [chunks[0][:-1]], chunks_of(b"other")):
        with pytest.raises(ContentError):
            whole(wrong, checksum)


def test_who_was_given_the_text_stands_for_the_artifact_whatever_others_say() -> None:
    def resource(name: str, content: Content) -> VidraResource:
        return VidraResource(Meta(name=name), ResourceSpec(content=content))

    forged, right = resource("aaa", CONTENT), resource("hub-a", GIVEN)
    other = resource("hub-b", msgspec.structs.replace(CONTENT, artifact_id="b"))
    for group in ([forged, right, other], [right, forged, other]):
        found = current_resource(group, lambda item: item.metadata.name == "hub-a")
        assert {item.metadata.name for item in found} == {"hub-a", "hub-b"}
