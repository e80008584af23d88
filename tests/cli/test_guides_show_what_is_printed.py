"""What console blocks show is what is printed: the guides are followed, on the data of the demo."""

import re
import shlex
from pathlib import Path

import pytest

from demo.artifacts import WEBSERVER
from demo.contents import fill
from testkit.command import Vidra, vidra_with
from testkit.environment import Scene
from vidra.api.crds import crds

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(
    page for page in (*DOCS.glob("*/*.md"), DOCS.parent / "README.md") if "```console\n$ " in page.read_text()
)
FOLLOWED = {"get", "tree", "trace", "stats", "explain", "diff", "rollback", "reconcile"}
"""What changes nothing but the sync of the guides."""


def steps(page: Path) -> list[tuple[str, list[str]]]:
    """The commands of the console blocks, each with the lines that it is shown to print."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:].partition("   #")[0], []))
            elif found:
                found[-1][1].append(line)
    return found


def pattern(lines: list[str]) -> str:
    """Lines as a regular expression: `…` is anything, and what differs each time is of its form only."""
    text = "\n".join(lines)
    parts = [re.escape(_usual(part)) for part in text.split("…")]
    return ".*".join(parts)


def _usual(text: str) -> str:
    """Ids, times and ages in one form, and columns one space apart."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text)
    text = re.sub(r"\b\d+[smhd](\d+[smh])?\b", "AGE", text)
    return re.sub(r" +", " ", text)


@pytest.mark.faces(8)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_tables_have_the_columns_that_kubectl_shows(page: Path) -> None:
    shown = {
        "isync": ["NAME", *_columns(crds()[0])],
        "vres": ["NAME", *_columns(crds()[1])],
    }
    for command, lines in steps(page):
        words = shlex.split(command.partition("|")[0])
        if words[:2] not in (["kubectl", "get"], ["vidra", "get"]) or "-o" in words or not lines:
            continue
        kind = words[2] if words[2:] and words[2] in shown else "isync"
        if words[2:3] in ([], ["isync"], ["vres"]):
            assert lines[0].split() == shown[kind], command


def _columns(definition: dict[str, object]) -> list[str]:
    spec: dict[str, list[dict[str, list[dict[str, str]]]]] = definition["spec"]  # type: ignore[assignment]
    return [each["name"].upper() for each in spec["versions"][0]["additionalPrinterColumns"] if "priority" not in each]


async def test_the_guides_can_be_followed_on_the_data_of_the_demo(scene: Scene) -> None:
    vidra = vidra_with(scene.plane.kubeconfig)
    fill(scene.infrahub)
    await scene.sync(WEBSERVER, name="webservers", destination={"namespace": "default"})
    await scene.until_sync("webservers")
    for page, least in (("index", 2), ("guides/on-a-terminal", 3), ("guides/roll-back", 3)):
        await _follow(vidra, DOCS / f"{page}.md", least)


async def _follow(vidra: Vidra, page: Path, least: int) -> None:
    """Every command that changes at most the sync prints what the page shows."""
    followed = []
    for command, lines in steps(page):
        words = shlex.split(command)
        if words[0] != "vidra" or words[1] not in FOLLOWED or not lines:
            continue
        ended = await vidra(*words[1:])
        printed = _usual(ended.out + ended.err).strip("\n")
        assert re.fullmatch(pattern(lines), printed, re.DOTALL), f"$ {command}\n{ended.out}{ended.err}"
        followed.append(command)
    assert len(followed) >= least, page
