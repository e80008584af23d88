"""Which refusals are about what cannot be changed."""

import pytest

from vidra.apply.guards.immutable import immutable
from vidra.kube.errors import ApiError, Cause, Details, Status

SAYS_SO = {
    'Invalid value: {"matchLabels":{"a":"b"}}: field is immutable': "spec.selector",
    "Forbidden: updates to statefulset spec for fields other than 'replicas' and 'template' are forbidden": "spec",
    "Forbidden: spec is immutable after creation except resources.requests for bound claims": "spec",
    "Forbidden: field is immutable when `immutable` is set": "data",
    'Invalid value: ["10.0.0.1"]: may not change once set': "spec.clusterIPs[0]",
    'Invalid value: {"kind":"Role"}: cannot change roleRef': "roleRef",
    "Forbidden: updates to parameters are forbidden.": "parameters",
    "Forbidden: may not be changed in an update.": "value",
    "Forbidden: pod updates may not change fields other than `spec.containers[*].image`\n  PodSpec{a: b: c}": "spec",
    "Forbidden: pod updates may not add or remove containers": "spec.containers",
    'Invalid value: "string": Value is immutable': "spec.size",
    'Invalid value: "string": failed rule: self == oldSelf': "spec.size",
}
OTHERS = [
    "Forbidden: not allowed here\n  value: field is immutable",
    "Required value: name or generateName is required",
    'Invalid value: "field is immutable": a lowercase RFC 1123 label must consist of lower case characters',
    'Invalid value: "x: field is immutable": must be a number',
    'Invalid value: "string": failed rule: self.size() < 5',
    'Unsupported value: "immutable": supported values',
]


def invalid(*causes: Cause, code: int = 422) -> ApiError:
    return ApiError(code, Status("refused", "Invalid", Details(causes)))


@pytest.mark.parametrize("message", SAYS_SO)
def test_the_words_of_servers_and_definitions(message: str) -> None:
    field = SAYS_SO[message]
    assert immutable(invalid(Cause("FieldValueInvalid", message, field))) == (field,)


@pytest.mark.parametrize("message", OTHERS)
def test_other_words(message: str) -> None:
    assert immutable(invalid(Cause("FieldValueInvalid", message, "spec"))) == ()


def test_what_is_wrong_in_another_way_too_is_none() -> None:
    fixed, wrong = Cause("", "field is immutable", "spec.selector"), Cause("", "must be positive", "spec.replicas")
    assert immutable(invalid(fixed, wrong)) == ()


def test_other_codes_and_the_identity_are_none() -> None:
    assert immutable(invalid(Cause("", "field is immutable", "spec"), code=409)) == ()
    assert immutable(invalid(Cause("", "field is immutable", "metadata.uid"))) == ()
    assert immutable(invalid(Cause("", "field is immutable", "metadata.name"))) == ()
    assert immutable(invalid()) == ()
