"""Entries of managedFields under another version than the one that is written."""

from vidra.apply.managed_fields_renewal import is_unreadable, renewed
from vidra.kube.errors import ApiError, Status

Json = dict[str, object]


def entry(manager: str, version: str, *fields: str, operation: str = "Apply", subresource: str = "") -> Json:
    told: Json = {"manager": manager, "operation": operation, "apiVersion": version}
    part = {"subresource": subresource} if subresource else {}
    return {**told, **part, "fieldsType": "FieldsV1", "fieldsV1": {f"f:{name}": {} for name in fields}}


def test_every_entry_gets_the_version() -> None:
    both = [entry("a", "x/v1", "one"), entry("b", "x/v2", "two")]
    assert renewed(both, "x/v2") == [entry("a", "x/v2", "one"), entry("b", "x/v2", "two")]


def test_what_somebody_updated_through_two_versions_is_one_entry() -> None:
    both = [entry("a", "x/v1", "one", operation="Update"), entry("a", "x/v2", "two", operation="Update")]
    assert renewed(both, "x/v2") == [entry("a", "x/v2", "one", "two", operation="Update")]


def test_what_is_written_in_other_ways_stays_apart() -> None:
    ways = [
        entry("a", "x/v1", "one"),
        entry("a", "x/v1", "two", operation="Update"),
        entry("a", "x/v1", "three", operation="Update", subresource="status"),
    ]
    assert renewed(ways, "x/v1") == ways


def test_only_refusals_for_the_version_of_an_entry_are_read_as_such() -> None:
    assert is_unreadable(ApiError(500, Status(".spec.mode: field not declared in schema")))
    assert is_unreadable(ApiError(500, Status("request to convert CR to an invalid group/version: x/v1")))
    assert not is_unreadable(ApiError(500, Status("etcdserver: request timed out")))
    assert not is_unreadable(ApiError(422, Status(".spec.mode: field not declared in schema")))
