"""What is read without a YAML parser is what a YAML parser reads; anything doubtful is left to it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.common.plain_yaml import read
from vidra.manifests.documents import Document, documents
from vidra.manifests.limits import Limits
from vidra.manifests.problems import RefusedError

KUBECTLS = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTg==
    server: https://127.0.0.1:6443
  name: kind-kind
contexts:
- context: {}
  name: kind-kind
current-context: "kind-kind"
kind: Config
preferences: {}
users:
- name: kind-kind
  user:
    exec:
      args:
      - get-token
      command: kubelogin
      env: null
      provideClusterInfo: false
    token: 4kfJ-l_9
"""


def parsed(text: str) -> Any:
    """The value by the YAML parser; the error's type when it is none."""
    try:
        found = next(documents(text, Limits()), None)
    except RefusedError:
        return RefusedError
    return found.value if isinstance(found, Document) else RefusedError


def test_what_kubectl_writes_is_read() -> None:
    found = read(KUBECTLS)
    assert found is not None
    assert found == parsed(KUBECTLS)
    assert found["users"][0]["user"]["exec"]["args"] == ["get-token"]


@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "a: 1e5",
        "a: 2025-01-31",
        "a: Yes",
        "a: ~",
        "a: b # c",
        "a: &b c",
        "a: b: c",
        "a: |\n  b",
        "a: b\n  c",
        "a: 'b''c'",
        'a: "b\\n"',
        "a: b\na: c",
        "a:\n\tb: c",
        "a: {b: c}",
        "a:b",
        "- a",
        "a: ü",
        "a: b\r\nc: d",
        "on: b",
        "a: b\n c: d",
        "",
    ],
)
def test_the_rest_is_left_to_the_parser(text: str) -> None:
    assert read(text) is None


_PIECES = [
    *(
        "a",
        "b:",
        "c: ",
        "- ",
        " ",
        "  ",
        "\n",
        "\n- ",
        "\n  ",
        "\n    ",
        "x",
        "1",
        "0x1f",
        "9g",
        "true",
        "No",
        "{}",
        "[]",
    ),
    *(
        "'",
        '"',
        ":",
        "#",
        "/",
        "-",
        "_",
        "=",
        ",",
        "@",
        "+",
        ".",
        "~",
        "null",
        "---",
        "2025-01-31",
        "1_0",
        "1e3",
        "*",
        "&",
    ),
]


@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
def test_whatever_is_read_the_parser_reads_alike(text: str) -> None:
    found = read(text)
    if found is not None:
        assert found == parsed(text), text
