"""What console blocks show is what is printed: the guides are followed, on the data of the demo."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from demo.artifacts import WEBSERVER
from demo.contents import fill
from testkit.command import Vidra, vidra_with
from testkit.environment import SYNCS, Scene
from vidra.api.crds import crds

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(
    page for page in (*DOCS.glob("*/*.md"), DOCS.parent / "README.md") if "```console\n$ " in page.read_text()
)
FOLLOWED = {"get", "tree", "trace", "stats", "explain", "diff", "rollback", "reconcile"}
"""What changes nothing but the sync of the guides."""


def steps(page: Path) -> list[tuple[str, list[str]]]:
    """The commands of the console blocks, each with the lines that it is shown to print."""
    return steps_of(page.read_text(encoding="utf-8"))


def steps_of(text: str) -> list[tuple[str, list[str]]]:
    """The same of a text."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
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


async def test_the_page_of_manifests_shows_what_vidra_reads_from_its_example(tmp_path: Path) -> None:
    page = (DOCS / "spec" / "manifests.md").read_text(encoding="utf-8")
    (command, lines), *_ = steps_of(page)
    assert command == "vidra manifest artifact.yaml"
    file = tmp_path / "artifact.yaml"
    file.write_text(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0])
    ended = await vidra_with(None)("manifest", str(file))
    assert (ended.out + ended.err).splitlines() == [line for line in lines if line]


async def test_the_guides_can_be_followed_on_the_data_of_the_demo(scene: Scene) -> None:
    vidra = vidra_with(scene.plane.kubeconfig)
    fill(scene.infrahub)
    await scene.sync(WEBSERVER, name="webservers", destination={"namespace": "default"})
    await scene.until_sync("webservers")
    for page, least in (("index", 2), ("guides/on-a-terminal", 3), ("guides/roll-back", 3)):
        await _follow(vidra, DOCS / f"{page}.md", least)
    await scene.delete(SYNCS, "webservers")
    await scene.until_gone(SYNCS, "webservers")


@pytest.mark.parametrize("name", ["infrahubsync", "ownership", "vidraresource"])
async def test_the_examples_of_the_spec_happen_as_they_are_shown(name: str, scene: Scene, tmp_path: Path) -> None:
    """The first example of a page: its objects are files, and all its commands print what is shown."""
    fill(scene.infrahub)
    here = _put_into(scene, (DOCS / "spec" / f"{name}.md").read_text(encoding="utf-8"))
    for block in re.findall(r"```yaml\n(.*?)```", here, re.DOTALL):
        (tmp_path / f"{yaml.safe_load(block)['metadata']['name']}.yaml").write_text(block)
    followed = steps_of(here)
    for command, lines in followed:
        printed = _usual(await _printed(scene, command, tmp_path)).strip("\n")
        assert re.fullmatch(pattern(lines), printed, re.DOTALL), f"$ {command}\n{printed}"
    assert len(followed) >= 4
    await scene.plane.kubectl("delete", "--ignore-not-found", "-f", str(tmp_path))


def _put_into(scene: Scene, page: str) -> str:
    """The first example of a page, with the scene's Infrahub and namespace, and names that nobody else has."""
    example = page.partition("\n## Example")[2].partition("\n## ")[0]
    for name in set(re.findall(r"^metadata:\n  name: (\w+)$", example, re.MULTILINE)):
        example = re.sub(rf"\b{name}\b", f"{name}-{scene.namespace}", example)
    here = example.replace("https://infrahub.example.com", scene.infrahub.url)
    return re.sub(r"(?<= )default\b", scene.namespace, here)


async def _printed(scene: Scene, command: str, folder: Path) -> str:
    """What a command prints, run in that folder, with the scene's namespace as that of the context."""
    program, *words = shlex.split(command)
    if program == "vidra":
        ended = await vidra_with(scene.plane.kubeconfig)(*words)
        return ended.out + ended.err
    words = [str(folder / word) if word.endswith(".yaml") else word for word in words]
    return (await scene.plane.kubectl("--namespace", scene.namespace, *words)).stdout


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
