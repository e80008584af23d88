"""``vidra health`` shows how Vidra judges objects, for people who write rules."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from testkit.inline_command import Result, invoke
from vidra.cli.commands.health import health

READY = """\
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: web}
"""
CLAIM = """\
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: web}
status: {phase: Pending}
"""
LINK = """\
---
apiVersion: net.example.com/v1
kind: Link
metadata: {name: a}
status: {state: down}
"""
RULE = "- {apiVersion: net.example.com/v1, kind: Link, current: status.state == 'up', failed: status.state == 'down'}\n"


def _run(text: str, *options: str) -> Result:
    return invoke(health, ["-", *options], input=text)


def test_it_shows_a_table(tmp_path: Path) -> None:
    (tmp_path / "text.yaml").write_text(READY + CLAIM)
    ended = invoke(health, [str(tmp_path / "text.yaml")])
    assert [line.rstrip().split(maxsplit=3) for line in ended.stdout.splitlines()] == [
        ["KIND", "NAME", "STATUS", "MESSAGE"],
        ["ConfigMap", "web/settings", "Current"],
        ["PersistentVolumeClaim", "web/data", "InProgress", "not bound, phase Pending"],
    ]
    assert (ended.exit_code, ended.stderr) == (3, "")


def test_json_has_one_verdict_per_object_in_order() -> None:
    ended = _run(CLAIM + READY + CLAIM + LINK, "-o", "json")
    assert msgspec.json.decode(ended.stdout) == [
        {"status": "InProgress", "message": "not bound, phase Pending"},
        {"status": "Current", "message": ""},
        {"status": "InProgress", "message": "not bound, phase Pending"},
        {"status": "Current", "message": ""},
    ]


def test_a_list_in_json_is_its_items() -> None:
    item = '{"apiVersion": "v1", "kind": "Secret", "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}'
    ended = _run(f'{{"apiVersion": "v1", "kind": "List", "items": [{item}, {item}]}}', "-o", "json")
    assert [each["status"] for each in msgspec.json.decode(ended.stdout)] == ["Terminating"] * 2


def test_nothing_to_judge_is_well() -> None:
    ended = _run("", "-o", "json")
    assert (ended.exit_code, ended.stdout.strip()) == (0, "[]")


def test_all_current_is_exit_code_0() -> None:
    assert _run(READY).exit_code == 0


def test_a_rule_of_ones_own_judges(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULE)
    ended = _run(LINK, "--rules", str(tmp_path / "rules.yaml"), "-o", "json")
    assert msgspec.json.decode(ended.stdout) == [{"status": "Failed", "message": "its rule says Failed"}]
    assert (ended.exit_code, ended.stderr) == (3, "")


def test_a_bad_rule_is_told_and_the_others_judge(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(RULE + "- {apiVersion: a/v1, kind: A, current: '('}\n")
    ended = _run(LINK, "--rules", str(path), "-o", "json")
    assert [each["status"] for each in msgspec.json.decode(ended.stdout)] == ["Failed"]
    assert ended.exit_code == 1
    assert ended.stderr.startswith(f"error: {path}: rule 2 (A): current: line 1, column 2: Syntax error")


def test_what_cannot_be_read_is_told_and_the_rest_is_judged() -> None:
    ended = _run(READY + "---\na: [\n---\n- 1\n" + CLAIM, "-o", "json")
    assert [each["status"] for each in msgspec.json.decode(ended.stdout)] == ["Current", "InProgress"]
    assert ended.exit_code == 1
    assert [line.partition(":")[0] for line in ended.stderr.splitlines()] == ["error", "error"]


@pytest.mark.parametrize("options", [["missing.yaml"], ["-", "--rules", "missing.yaml"]])
def test_a_file_that_is_not_there_is_one_sentence(options: list[str]) -> None:
    ended = invoke(health, options, input="")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == "error: cannot read missing.yaml: No such file or directory\n"


def test_objects_and_rules_cannot_both_be_standard_input() -> None:
    assert _run(READY, "--rules", "-").exit_code == 2


def test_a_message_cannot_steer_the_terminal() -> None:
    status = '{conditions: [{type: Ready, status: "False", message: "a\\e[2J[red]"}]}'
    shown = _run(f"apiVersion: a/v1\nkind: A\nmetadata: {{name: a}}\nstatus: {status}\n").stdout
    assert "\x1b[2J" not in shown
    assert "[red]" in shown


def test_the_command_is_known_without_loading_what_judges() -> None:
    program = (
        "import sys, vidra.cli.commands.health; "
        "sys.exit(any(name in sys.modules for name in ('yaml', 'rich.table', 'msgspec')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
