"""The patch that lets go of an object takes one owner's marks off and nothing else."""

import msgspec
import pytest

from vidra.api.names import FORMER_LABEL, FORMER_VALUE, MANAGED_LABEL, MANAGED_VALUE
from vidra.apply.field_owner import Owner
from vidra.apply.release import unmarked
from vidra.kube.partial_metadata import LiveMeta, ManagedFieldsEntry

ME, OTHER = Owner("hub", "me"), Owner("hub", "other")
MINE = ManagedFieldsEntry(ME.manager, "Apply")
THEIRS = ManagedFieldsEntry(OTHER.manager, "Apply")
PERSON = ManagedFieldsEntry("kubectl", "Update")
LABEL = {MANAGED_LABEL: MANAGED_VALUE}


def meta(
    *managers: ManagedFieldsEntry, annotations: dict[str, str] | None = None, labels: dict[str, str] | None = None
) -> LiveMeta:
    return LiveMeta(resource_version="7", managed_fields=managers, annotations=annotations, labels=labels)


def test_the_version_that_it_was_made_from_is_in_it() -> None:
    patch = unmarked(meta(PERSON, MINE), ME)
    assert patch[0] == {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}
    assert patch[1:] == [{"op": "remove", "path": "/metadata/managedFields/1"}]


def test_the_only_manager_is_replaced_by_none() -> None:
    assert unmarked(meta(MINE), ME)[1:] == [{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]


def test_the_label_goes_with_the_last_owner_and_the_annotation_with_its_own() -> None:
    marks = {**ME.annotations, **OTHER.annotations, "team": "a"}
    shared = unmarked(meta(MINE, THEIRS, annotations=marks, labels=LABEL), ME)
    alone = unmarked(meta(MINE, PERSON, annotations=marks, labels=LABEL), ME)
    key = next(iter(ME.annotations)).replace("/", "~1")
    assert [step["path"] for step in shared[1:]] == ["/metadata/managedFields/0", f"/metadata/annotations/{key}"]
    assert [step["path"] for step in alone[1:]][-1] == "/metadata/labels/" + MANAGED_LABEL.replace("/", "~1")


def test_somebody_elses_value_of_the_label_stays() -> None:
    patch = unmarked(meta(MINE, PERSON, labels={MANAGED_LABEL: "somebody"}), ME)
    assert [step["path"] for step in patch[1:]] == ["/metadata/managedFields/0"]


def holding(*labels: str) -> ManagedFieldsEntry:
    fields: dict[str, dict[str, dict[str, dict[str, str]]]] = {
        "f:metadata": {"f:labels": {f"f:{label}": {} for label in labels}}
    }
    return ManagedFieldsEntry(ME.manager, "Apply", fields=msgspec.Raw(msgspec.json.encode(fields)))


@pytest.mark.parametrize(
    ("held", "goes"),
    [((FORMER_LABEL,), True), ((FORMER_LABEL, MANAGED_LABEL), False), ((MANAGED_LABEL,), False), ((), False)],
)
def test_the_label_of_earlier_versions_goes_only_where_one_of_them_wrote_it(held: tuple[str, ...], goes: bool) -> None:
    patch = unmarked(meta(holding(*held), PERSON, labels={**LABEL, FORMER_LABEL: FORMER_VALUE}), ME)
    assert (f"/metadata/labels/{FORMER_LABEL}" in [step["path"] for step in patch]) is goes


def test_an_object_without_marks_is_left_alone() -> None:
    assert unmarked(meta(PERSON, THEIRS, annotations=OTHER.annotations, labels=LABEL), ME) == []
