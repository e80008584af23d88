"""Messages of API servers stay useful, and tell no value of the object."""

from typing import Any

import pytest

from vidra.apply.masking import masked
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
        ("Job.batch is invalid: the webhook got no answer", "Job.batch is invalid: the webhook got no answer", {}),
    ],
)
def test_what_is_left_of_a_message(said: str, left: str, body: dict[str, Any]) -> None:
    assert masked(said, POD, body) == left
