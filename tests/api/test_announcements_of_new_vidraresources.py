"""What a new VidraResource may have applied is what was announced with it, until its status lists it."""

import msgspec
import pytest

from vidra.api.meta import Meta
from vidra.api.resource import (
    AnnouncedObject,
    Announcement,
    ManagedObject,
    ResourceSpec,
    ResourceStatus,
    VidraResource,
    without_old_announcement,
)

BOX = AnnouncedObject("v1", "ConfigMap", "box", "default", "https://east", 2)
LISTED = ManagedObject("v1", "ConfigMap", "box", "default", "https://east", wave=2)
NEW = VidraResource(metadata=Meta(name="web"), spec=ResourceSpec(announced=Announcement("web", (BOX,))))


def with_status(status: ResourceStatus) -> VidraResource:
    return msgspec.structs.replace(NEW, status=status)


def test_before_the_first_status_it_counts_without_a_uid() -> None:
    assert NEW.inventory == (LISTED,)
    assert not NEW.has_status
    assert without_old_announcement(NEW) is NEW


@pytest.mark.parametrize(
    ("status", "inventory"),
    [
        (ResourceStatus(observed_generation=1), ()),
        (ResourceStatus(managed_resources=(LISTED,)), (LISTED,)),
        (ResourceStatus(observed_generation=1, managed_resources=(LISTED,)), (LISTED,)),
    ],
)
def test_after_it_the_status_alone_counts(status: ResourceStatus, inventory: tuple[ManagedObject, ...]) -> None:
    item = with_status(status)
    assert item.inventory == inventory
    assert without_old_announcement(item).spec.announced is None
    assert without_old_announcement(item).inventory == inventory


def test_a_copy_under_another_name_announces_nothing() -> None:
    assert msgspec.structs.replace(NEW, metadata=Meta(name="copy")).inventory == ()


def test_nobody_can_announce_that_an_object_was_applied() -> None:
    forged = {"apiVersion": "v1", "kind": "ConfigMap", "name": "box", "uid": "1", "revision": "x", "joined": True}
    entry = msgspec.convert(forged, AnnouncedObject)
    spec = ResourceSpec(announced=Announcement("web", (entry,)))
    assert msgspec.structs.replace(NEW, spec=spec).inventory == (ManagedObject("v1", "ConfigMap", "box"),)
