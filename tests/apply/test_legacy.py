"""What the first Vidra's marks mean, and the one patch that turns them into owners."""

from typing import Any

import pytest

from vidra.api.names import API_VERSION, FIRST_OWNED_BY
from vidra.apply.field_sets import merged
from vidra.apply.migration.v006 import Meta, found, ids, marked, migration, names

ME = "vidra:hub:me"
OTHER = "vidra:hub:other"
NOTE: dict[str, Any] = {"f:metadata": {"f:annotations": {f"f:{FIRST_OWNED_BY}": {}}}}
DATA: dict[str, Any] = {"f:data": {"f:colour": {}}}
FIRST = {"manager": "manager", "operation": "Update", "apiVersion": "v1", "time": "t", "fieldsV1": {**NOTE, **DATA}}
THEIRS = {"manager": "kubectl", "operation": "Update", "apiVersion": "v1", "fieldsV1": {"f:data": {"f:size": {}}}}
STATUS = {**FIRST, "subresource": "status"}
VIDRA_RESOURCE = {"apiVersion": API_VERSION, "kind": "VidraResource", "name": "me", "uid": "u"}
DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "me", "uid": "u"}


def meta(note: str = "me", *, managed_by: str = "vidra", **parts: Any) -> Meta:
    annotations = {"managed-by": managed_by, FIRST_OWNED_BY: note}
    return Meta(uid="uid", resource_version="7", annotations=annotations, **parts)


def handed_over(entries: tuple[dict[str, Any], ...], *managers: str) -> list[dict[str, Any]]:
    patch: list[dict[str, Any]] = migration(meta(managed_fields=entries), managers)["metadata"]["managedFields"]
    return patch


@pytest.mark.parametrize(
    ("note", "expected"), [("a", ("a",)), ("a,b", ("a", "b")), (",a", ("a",)), (" a , b ", ("a", "b")), ("", ())]
)
def test_owners_are_a_list_with_commas_that_may_have_gaps(note: str, expected: tuple[str, ...]) -> None:
    assert ids(meta(note)) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (meta("me"), True),
        (meta("other,me"), True),
        (meta("other"), False),
        (meta("me-too"), False),
        (meta("me", managed_by="somebody"), False),
        (meta("other", owner_references=(VIDRA_RESOURCE,)), True),
        (meta("other", owner_references=({**VIDRA_RESOURCE, "uid": "another"},)), False),
        (Meta(), False),
    ],
)
def test_the_marks_name_a_vidraresource(item: Meta, *, expected: bool) -> None:
    assert names(item, "me", "u") is expected


def test_an_object_is_marked_until_note_and_ownerreference_are_off() -> None:
    assert marked(meta())
    assert marked(Meta(owner_references=(VIDRA_RESOURCE,)))
    assert not marked(Meta(owner_references=(DEPLOYMENT,), annotations={"a": "b"}))


def test_the_patch_is_about_that_very_version_and_takes_off_only_the_first_vidras_marks() -> None:
    patch = migration(meta(owner_references=(VIDRA_RESOURCE, DEPLOYMENT)), [ME])
    assert patch == {
        "metadata": {
            "uid": "uid",
            "resourceVersion": "7",
            "annotations": {"managed-by": None, FIRST_OWNED_BY: None},
            "ownerReferences": [DEPLOYMENT],
        }
    }


def test_the_update_entry_becomes_the_owners_and_all_others_stay() -> None:
    patch = handed_over((STATUS, FIRST, THEIRS), ME)
    assert patch == [STATUS, THEIRS, {**FIRST, "manager": ME, "operation": "Apply"}]


def test_every_owner_gets_all_fields_and_keeps_what_it_has() -> None:
    mine = {"manager": ME, "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:data": {"f:size": {}}}}
    patch = handed_over((FIRST, mine), ME, OTHER)
    assert [entry["manager"] for entry in patch] == [ME, OTHER]
    assert patch[0]["fieldsV1"] == {**NOTE, "f:data": {"f:size": {}, "f:colour": {}}}
    assert patch[1]["fieldsV1"] == {**NOTE, **DATA}


def test_the_entry_is_known_by_the_note_or_else_by_the_programs_name() -> None:
    renamed = {**FIRST, "manager": "vidra-operator"}
    stranger = {**FIRST, "fieldsV1": DATA}
    assert handed_over((stranger, renamed), ME) == [stranger, {**renamed, "manager": ME, "operation": "Apply"}]
    assert handed_over((stranger,), ME) == [{**stranger, "manager": ME, "operation": "Apply"}]
    assert "managedFields" not in migration(meta(managed_fields=(THEIRS,)), [ME])["metadata"]


def test_fields_are_merged_to_the_last_leaf() -> None:
    one: dict[str, Any] = {"f:a": {".": {}, "f:b": {}}, "f:c": {}}
    other: dict[str, Any] = {"f:a": {"f:d": {"k:{}": {}}}}
    assert merged(one, other) == {"f:a": {".": {}, "f:b": {}, "f:d": {"k:{}": {}}}, "f:c": {}}


def test_a_namespace_is_the_first_vidras_own_if_it_holds_the_label_that_comes_with_creation() -> None:
    created = {**FIRST, "fieldsV1": {"f:metadata": {"f:labels": {"f:kubernetes.io/metadata.name": {}}}}}
    assert not found(meta(managed_fields=(created,)), ME)
    assert not found(meta(managed_fields=({**created, "manager": ME, "operation": "Apply"},)), ME)
    assert found(meta(managed_fields=(FIRST, {**created, "manager": "kubectl-create"})), ME)
