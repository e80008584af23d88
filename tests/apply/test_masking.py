"""Messages of API servers stay useful, and tell no value of the object."""

from typing import Any

import pytest

from vidra.apply.message_masking import masked
from vidra.manifests import Ref

POD = Ref("v1", "Pod", "web", "shop")


@pytest.mark.parametrize(
    ("said", "left", "body"),
    [
        (
            ".imagePullSecrets: expected list, got &{LEAK}",
            ".imagePullSecrets: expected list, got ***",
            {"imagePullSecrets": "LEAK"},
        ),
        (".spec: expected list, got &{map[a:LEAK b:{x}]}, and more", ".spec: expected list, got ***, and more", {}),
        (".a: expected map, got &{LEAK } LEAK", ".a: expected map, got *** LEAK", {}),
        (".a: expected map, got &{{LEAK open", ".a: expected map, got ***", {}),
        ('x: Invalid value: "a \\"LEAK\\": b": must be short', "x: Invalid value: ***: must be short", {}),
        ('x: Invalid value: {"a":"LEAK: }"}: must be short', "x: Invalid value: ***: must be short", {}),
        (
            'x: Invalid value: v1.LabelSelector{A:map[string]string{"a":"LEAK"}}: field is immutable',
            "x: Invalid value: ***: field is immutable",
            {},
        ),
        ("x: Invalid value: 918273645: must be less", "x: Invalid value: ***: must be less", {}),
        (
            "x: Invalid value: 70000: must be between 1 and 65535",
            "x: Invalid value: 70000: must be between 1 and 65535",
            {},
        ),
        ("x: Invalid value: -1: must be greater", "x: Invalid value: -1: must be greater", {}),
        ('x: Duplicate value: "LEAK"', "x: Duplicate value: ***", {}),
        ('x: Not found: "LEAK"', "x: Not found: ***", {}),
        (
            'x: Unsupported value: "Alwayz": supported values: "Always", "Never"',
            'x: Unsupported value: ***: supported values: "Always", "Never"',
            {"a": "Always"},
        ),
        ('[a: Invalid value: "LEAK": no, b: Required value]', "[a: Invalid value: ***: no, b: Required value]", {}),
        ('metadata.name: Invalid value: "shop": too long', 'metadata.name: Invalid value: "shop": too long', {}),
        ('parsing time "LEAK" as "2006": cannot parse', 'parsing time "***" as "2006": cannot parse', {"at": "LEAK"}),
        (
            "admission webhook denied the request: PASSWORD=hunter2hunter2 is weak",
            "admission webhook denied the request: *** is weak",
            {"env": [{"value": "PASSWORD=hunter2hunter2"}]},
        ),
        ("denied: line `LEAK: x` is bad", "denied: line `***` is bad", {"data": {"file": "a: b\n  LEAK: x\n"}}),
        ("denied: 918273645", "denied: ***", {"password": 918273645}),
        ('pods "shop" is forbidden in web', 'pods "shop" is forbidden in web', {"metadata": {"name": "shop"}}),
        ('pods "webserver" not found', 'pods "webserver" not found', {"a": "server"}),
        ('unknown field "spec.x"', 'unknown field "spec.x"', {"spec": {"x": "spec"}}),
        ("expected string, got &{5}", "expected string, got ***", {"type": "string"}),
        ("exceeded quota: ten, requested: pods=1", "exceeded quota: ten, requested: pods=1", {"a": "quota", "b": "1"}),
        (
            'failed to parse int from p4ssWord9: strconv.Atoi: parsing "p4ssWord9": invalid syntax',
            'failed to parse int from ***: strconv.Atoi: parsing "***": invalid syntax',
            {"spec": {"schedule": "*/p4ssWord9 1 * * *"}},
        ),
        ('bad key near "p4s" of it', 'bad key near "***" of it', {"data": {"a": "user=me p4s end"}}),
        ("must be set to a port", "must be set to a port", {"data": {"readme": "The port must be set before use.\n"}}),
        ("Job.batch is invalid: the webhook got no answer", "Job.batch is invalid: the webhook got no answer", {}),
    ],
)
def test_what_is_left_of_a_message(said: str, left: str, body: dict[str, Any]) -> None:
    assert masked(said, POD, body) == left


def test_the_lines_of_a_very_large_object_are_not_tried_one_by_one() -> None:
    """A pattern for each of them kept the operator busy for more than a minute, for this one."""
    lines = "\n".join(f"line-{number:07d}" for number in range(300_000))
    said = "[]: Too long: may not be more than 1048576 bytes, near line-0123456"
    masks = masked(said, POD, {"data": {"file": lines}})
    assert masks == "[]: Too long: may not be more than 1048576 bytes, near ***"
