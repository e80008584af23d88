"""The page on security lists the rights that the chart grants, each with a reason, and no others."""

import re
from pathlib import Path

import pytest
import yaml

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "security.md").read_text(encoding="utf-8")


def section(start: str) -> str:
    return PAGE.partition(start)[2].partition("\n\n|")[2].partition("\n\n")[0]


@pytest.mark.parametrize(
    ("start", "file"),
    [
        ("In the whole cluster", "own-cluster"),
        ("In its own namespace", "own-namespace"),
        ("In its own namespace and in those of `credentials.namespaces`", "own-told"),
        ("With `sources.flux`", "flux"),
    ],
)
def test_every_right_has_its_reason(chart: Path, start: str, file: str) -> None:
    rows = re.findall(r"^\| `(\S+)` \| ([a-z, ]+) \| (.+) \|$", section(start), re.MULTILINE)
    listed = {kind: verbs.split(", ") for kind, verbs, reason in rows if reason.strip()}
    rules = yaml.safe_load((chart / "files" / f"{file}.yaml").read_text())
    assert listed == {kind: rule["verbs"] for rule in rules for kind in rule["resources"]}


def test_every_preset_lists_its_kinds(chart: Path) -> None:
    rows = re.findall(r"^\| `(\w+)`[^|]* \| (`.+`) \|$", PAGE, re.MULTILINE)
    listed = {preset: kinds.replace("`", "").split() for preset, kinds in rows}
    files = {path.stem: yaml.safe_load(path.read_text()) for path in (chart / "files" / "presets").iterdir()}
    assert listed == {name: [kind for rule in rules for kind in rule["resources"]] for name, rules in files.items()}
