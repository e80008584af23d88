"""What kubectl itself makes of a text is what Vidra makes of it: the real kubectl reads the same table."""

import json
from pathlib import Path
from typing import Any

import pytest

from testkit.controlplane import ControlPlane
from vidra.manifests import read

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n"
JSON = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},"v":VALUE}'

PLAIN = r"""
yes no on off y n Y N True TRUE tRUE yEs ~ null Null NULL nUll <<
0644 0o644 0O7 0o8 08 09.5 0b11 0B1 0b2 0b-1 0b+1 -0b1 -0b-1 0x1F -0x1f 0x_1 0X1 00 0_0 0x +0x1
1_000 _1 -_1 1__0 1_e3 +1 - + . -- -1 12:30:45 1:30 190:20:30.15
1.0 1. .5 -.5 +.5 .5_0 ._5 .51_01e3 1e3 1E5 1.5e+3 1e-7 1e20 1e21 1e400 .1e999 -0.0 -0 0.1e1 1.2.3 1e
4611686018427387904.0 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809
18446744073709551615 18446744073709551616 123456789012345678901234567890
0xFFFFFFFFFFFFFFFF 0xFFFFFFFFFFFFFFFFF 0777777777777777777777777
2001-01-01 2001-12-14T21:59:43.10-05:00 2001-13-01 1234-56 =  @ ` % .inf .nan -.INF .Nan .infinity
!!str !!binary !!foo 😀 é a#b a:b [] {} [a] {a} [a,] [a,,b] {a:b} {"a":b}
"""
TAGGED = [
    "!!str 12", "!!str ~", "!!str 2001-01-01", '!!int "5"', "!!int 1.5", "!!int 0x10", "!!int ~", "!!float 12",
    "!!float 1e3", "!!float 18446744073709551615", "!!float .inf", "!!bool yes", '!!bool "true"', "!!bool 1",
    "!!null ''", "!!null foo", "!!null ~", "!!timestamp 2001-01-01", "!!timestamp 2001-1-1 1:2:3", "!!timestamp foo",
    "!!timestamp 2001-02-30", "!!timestamp 12", "!!binary aGVsbG8=", "!!binary 4oI=", "!!binary a", "!!binary aGk",
    "!!binary '!!'", "!foo bar", "!foo 12", "! 12", '! "12"', "!<tag:yaml.org,2002:int> 5", "!!python/name:os.system x",
    "!e!x 1", "!!map foo", "!!set {a, b}", "!!omap [a: 1]", "!!str {a: b}", "!!seq foo", "!!merge x",
]  # fmt: skip
KEYS = [
    "1", "true", "no", "1.5", "1.0", "1e5", "1e6", "1e-5", "0.0001", "3.14159265358979", "1e39", "-0.0", "123456789.0",
    ".inf", ".nan", "0x10", "010", "~", "''", "2001-01-01", "18446744073709551615", "9223372036854775807", "[a]",
    "{a: b}", "? a", "!!str 1", "!!int '7'", "!!float 5", "'<<'", '"y"', "! <<",
]  # fmt: skip
VALUES = [
    '"\\x41\\u00e9\\0\\e\\N"', '"\\ud83d\\ude00"', '"a\\\n   b"', "'it''s'", '"\t"', "a\tb", "a  b\n   c", '"a\n\n b"',
    "|\n  a\n  b", "|-\n  a\n", "|+\n  a\n\n", ">\n  a\n  b\n\n  c\n", "|2\n    a\n", "|\n  # not a comment\n",
    "&x {p: 1}\nw: {<<: *x, p: 2}", "&x {p: 1}\nw: {p: 2, <<: *x}", "&x {p: 1}\nw: {<<: [*x, {p: 5, q: 6}]}",
    "&x [{p: 1}]\nw: {<<: *x}", "{<<: ~}", "{<<: [1]}", "{<<: {a: 1}}", '{"<<": {a: 1}}', '{!!merge "<<": {a: 1}}',
    "{!!str <<: {a: 1}}", "&x 1\nw: *x", "&x 1e6\nw: {*x : 1}", "&x [*x]", "&x [&x 1, *x]\nw: *x", "*nobody",
    "&x {a: &x 1}\nw: *x", "{a: 1, a: 2}", "\n- a\n-\n- - b\n  - c", "[a: b]", "{? a : b}", "\n\t1",
    "a: b", "{a: b", "- a", '"a', "a\x7f", "a\x01", "a\x85b", "a\u2028b", "\ufeff", "a # b", "a#b", '"\\q"',
    "\n? |\n  block\n: 1\n", "\n  ? a\n  : b", "k" * 1100, "\n  " + "k" * 1100 + ": 1", "1 2", "a\nb",
]  # fmt: skip
JSON_VALUES = [
    "1", "1.0", "1e3", "-0.0", "1.5", "1e400", "18446744073709551615", "9223372036854775808", "-1", "1E+2", "0.1e1",
    '"\\ud83d\\ude00"', '"\\ud800"', '"\\ud800\\u0041"', '"\\/"', "null", "true", "[1,\t2]", '{"a":1,"a":2}', "{}",
    '{\n\t"a": [\n\t\t1\n\t]\n}', "[1,]", "NaN", "yes", '"' + "k" * 1100 + '"', '{"' + "k" * 1100 + '": 1}', "01",
    '"\x7f"', '"a\tb"', "4611686018427387904.0", '{"<<": {"a": 1}}', "123456789012345678901234567890", '"\u2028"',
]  # fmt: skip
DOCUMENTS = [
    f"---\n{HEAD}",
    f"--- # comment\n{HEAD}---\n",
    f"# c\n---\n---\n# d\n---\n{HEAD}---\n# e\n",
    f"{HEAD}--- ",
    f"{HEAD}...\n",
    f"\ufeff{HEAD}",
    f"\ufeff---\n{HEAD}",
    f"{HEAD}...\n---\n{HEAD.replace('NAME', 'NAME.b')}",
    HEAD.replace("\n", "\r\n"),
    f"---\r\n{HEAD}---\r\n{HEAD.replace('NAME', 'NAME.b')}".replace("\n", "\r\n"),
    HEAD.replace("\n", "\r"),
    HEAD.rstrip(),
    " " + HEAD.replace("\n", "\n ").rstrip(),
    f"null\n---\n{HEAD}",
    f"~\n---\n{HEAD}",
    f"\ufeff{JSON}".replace("VALUE", "1"),
    f"\t{JSON}".replace("VALUE", "1"),
    f"---\n{JSON}\n---\n".replace("VALUE", "1"),
    JSON.replace("VALUE", "1") + JSON.replace("NAME", "NAME.b").replace("VALUE", "2"),
    JSON.replace("VALUE", "1") + "\n" + HEAD.replace("NAME", "NAME.b"),
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: NAME}}",
    "apiVersion: v1\nkind: List\nitems:\n- " + HEAD.replace("\n", "\n  "),
    "apiVersion: v1\nkind: List\nitems: []\n",
    "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: NAME}\n- metadata: {name: NAME.b}\n",
    "apiVersion: example.org/v1\nkind: AllowList\nmetadata: {name: NAME}\nspec: {items: []}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\nitems: null\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\nitems: {}\n",
    "apiVersion: v1\nkind: List\nitems: [1]\n",
    f"{HEAD}  labels:\n  annotations: ~\n",
    f"{HEAD}  labels: {{a: 1}}\n",
    f"{HEAD}  annotations: [a]\n",
    f"{HEAD}  labels: {{a: ~}}\n",
    HEAD.replace("NAME", "5"),
    f"{HEAD}  namespace: 5\n",
    HEAD.replace("ConfigMap", "5"),
    HEAD.replace("kind: ConfigMap\n", ""),
    "[]",
    "text",
    "- a",
    '[{"kind": "ConfigMap"}]',
    "apiVersion: v1\nkind: ConfigMap\nmetadata: []\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: NAME}\nstringData: {a: 'x'}\ndata: {b: eA==}\n",
    f"{HEAD}v: *NAME\n",
    "# only\n",
    "---\n",
]

TEXTS = [
    *(f"{HEAD}v: {scalar}\n" for scalar in PLAIN.split()),
    *(f"{HEAD}v: [{scalar}, x]\n" for scalar in ("0644", "yes", "1e3", "~", "a b", "2001-01-01")),
    *(f"{HEAD}v: {value}" for value in TAGGED + VALUES),
    *(f"{HEAD}v: {{{key}: x}}\n" for key in KEYS),
    *(JSON.replace("VALUE", value) for value in JSON_VALUES),
    *DOCUMENTS,
]

Outcome = tuple[list[str], bool]
"""The objects, and whether something was refused."""


async def test_kubectl_reads_every_text_of_the_table_the_same(controlplane: ControlPlane, tmp_path: Path) -> None:
    names = {f"case-{number:04}": text.replace("NAME", f"case-{number:04}") for number, text in enumerate(TEXTS)}
    kubectl = await _kubectl(controlplane, tmp_path, names)
    ours = {name: _ours(text) for name, text in names.items()}
    differing = [(names[name], kubectl[name], ours[name]) for name in names if kubectl[name] != ours[name]]
    assert not differing, "\n".join(map(repr, differing))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f'{HEAD}v: "\\/"', "unknown escape"),
        (f"%YAML 1.2\n---\n{HEAD}", "incompatible YAML"),
        (f"---\n{JSON}".replace("VALUE", '"\\ud83d\\ude00"'), "invalid Unicode"),
    ],
)
async def test_kubectl_refuses_what_vidra_accepts_on_purpose(controlplane: ControlPlane, text: str, shown: str) -> None:
    ended = await controlplane.kubectl("annotate", "--local", "-f", "-", "a=b", "-o", "json", stdin=text, check=False)
    assert ended.returncode
    assert shown in ended.stderr
    assert len(read(text).objects) == 1
    assert read(text).problems == ()


async def _kubectl(controlplane: ControlPlane, folder: Path, texts: dict[str, str]) -> dict[str, Outcome]:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_bytes(text.encode())
    annotate = ("annotate", "--local", "-R", "-f", str(folder), "read-by=kubectl", "-o", "json")
    ended = await controlplane.kubectl(*annotate, check=False)
    found: dict[str, list[str]] = {name: [] for name in texts}
    for body in _stream(ended.stdout):
        found[body["metadata"]["name"].partition(".")[0]].append(_canonical(body))
    return {name: (found[name], f"{name}.yaml" in ended.stderr) for name in texts}


def _ours(text: str) -> Outcome:
    reading = read(text.encode())
    return [_canonical(each.body) for each in reading.objects], bool(reading.problems)


def _stream(text: str) -> list[Any]:
    decoder, place, bodies = json.JSONDecoder(parse_int=_integer), 0, []
    while place < len(text.rstrip()):
        body, end = decoder.raw_decode(text, place)
        bodies.append(body)
        place = end + len(text[end:]) - len(text[end:].lstrip())
    return bodies


def _integer(digits: str) -> float:
    """Go writes large floats without a point."""
    return int(digits) if int(digits) in range(-(2**63), 2**63) else float(digits)


def _canonical(body: dict[str, Any]) -> str:
    """Comparable: true is not 1; the annotations are left out because the command adds one."""
    metadata = {key: value for key, value in body["metadata"].items() if key != "annotations"}
    return json.dumps({**body, "metadata": metadata}, sort_keys=True)
