"""The guides name reasons, alerts, commands and pages that exist."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from vidra.api.reasons import Reason
from vidra.cli.main import PROGRAM, app
from vidra.cli.parsing.command import Command
from vidra.cli.parsing.find import find
from vidra.cli.parsing.parse import parse

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = DOCS / "guides"
ALERTS = ROOT / "charts" / "vidra" / "files" / "alerts.yaml"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def text(guide: str) -> str:
    return (GUIDES / f"{guide}.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """What the guides would have one run."""
    found = []
    for guide in sorted(GUIDES.glob("*.md")):
        page = guide.read_text(encoding="utf-8")
        found += re.findall(r"^(?:\$ )?(?:.*\| )?(vidra (?!:)[^#|>\n]*)", "\n".join(blocks(page)), re.MULTILINE)
        found += re.findall(r"`(vidra [a-z][^`|]*)[^`]*`", re.sub(r"```.*?```", "", page, flags=re.DOTALL))
    return sorted({" ".join(line.split()) for line in found})


def blocks(page: str) -> list[str]:
    return re.findall(r"```(?:sh|console)\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("line", commands())
def test_every_command_of_the_guides_is_one(line: str) -> None:
    found = find(app, PROGRAM, shlex.split(line)[1:])
    assert isinstance(found.node, Command), line
    if found.rest:  # else only the command is named
        parse(found.node, found.rest)


def test_troubleshooting_leads_to_every_reason() -> None:
    named = set(re.findall(r"`([A-Z]\w+)`", text("troubleshooting")))
    assert {reason.value for reason in Reason} - named == set()


def test_every_alert_is_explained() -> None:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    explained = re.findall(r"^\| `(Vidra\w+)` \|", text("observe"), re.MULTILINE)
    assert explained == [rule["alert"] for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        file, _, anchor = target.partition("#")
        if ":" in file:
            continue
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            lost.append(target)
    assert lost == []


def anchors(page: Path) -> set[str]:
    """Of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
