"""``vidra manifest`` shows the author of an artifact what Vidra reads from it."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from testkit.inline_command import Result, invoke
from vidra.cli.commands.manifest import manifest
from vidra.manifests import read

TEXT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend, namespace: web}
---
apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {password: "0644"}
"""
TWICE = "data: {a: x, a: z}\n"
BROKEN = "---\na: [\n"


def _run(text: str, *options: str) -> Result:
    return invoke(manifest, ["-", *options], input=text)


def test_it_shows_a_table_of_the_objects(tmp_path: Path) -> None:
    (tmp_path / "text.yaml").write_text(TEXT)
    ended = invoke(manifest, [str(tmp_path / "text.yaml")])
    assert [line.split() for line in ended.stdout.splitlines()] == [
        ["DOCUMENT", "KIND", "NAME", "APIVERSION"],
        ["1", "Deployment", "web/frontend", "apps/v1"],
        ["2", "Secret", "login", "v1"],
    ]
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_json_is_the_exact_list_of_objects() -> None:
    ended = _run(TEXT + BROKEN, "-o", "json")
    assert msgspec.json.decode(ended.stdout) == [each.body for each in read(TEXT).objects]
    assert ended.exit_code == 1


def test_yaml_reads_back_as_the_same_objects() -> None:
    ended = _run(TEXT, "-o", "yaml")
    assert read(ended.stdout).objects == read(TEXT).objects


def test_names_are_those_of_kubectl() -> None:
    assert _run(TEXT, "-o", "name").stdout.splitlines() == ["deployment.apps/frontend", "secret/login"]


def test_an_error_is_told_on_standard_error_and_fails() -> None:
    ended = _run(TEXT + BROKEN, "-o", "name")
    assert ended.exit_code == 1
    assert ended.stdout.splitlines() == ["deployment.apps/frontend", "secret/login"]
    assert ended.stderr.startswith("error: document 3, line 11: the document is not valid YAML")


def test_a_warning_is_told_on_standard_error_and_does_not_fail() -> None:
    ended = _run(TEXT + TWICE, "-o", "name")
    assert ended.exit_code == 0
    assert ended.stderr.startswith("warning: document 2, line 9: the key 'a' is twice")


def test_what_is_no_text_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "text.yaml").write_bytes(b"a: \xff\n")
    ended = invoke(manifest, [str(tmp_path / "text.yaml"), "-o", "json"])
    assert (ended.exit_code, ended.stdout.strip()) == (1, "[]")
    assert ended.stderr == "error: the text, line 1: the text is not valid UTF-8; save it as UTF-8 (NotText)\n"


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, name: str) -> None:
    ended = invoke(manifest, [str(tmp_path / name)])
    assert ended.exit_code == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"error: cannot read {tmp_path / name}: ")
    assert ended.stderr.count("\n") == 1


def test_a_name_cannot_steer_the_terminal() -> None:
    text = 'apiVersion: v1\nkind: A\nmetadata: {name: "a\\e[2J[red]"}\n'
    refused, marked = _run(text), _run(text.replace("\\e[2J", ""))
    assert "\x1b[2J" not in refused.stdout + refused.stderr + _run(text, "-o", "name").stdout
    assert "[red]" in refused.stderr
    assert "[red]" in marked.stdout


def test_the_command_is_known_without_loading_what_reads() -> None:
    program = (
        "import sys, vidra.cli.commands.manifest; sys.exit(any(name in sys.modules for name in ('yaml', 'rich.table')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
