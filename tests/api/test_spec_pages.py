"""The pages in docs/spec keep up with the models."""

import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from vidra.api.crds import crds
from vidra.api.names import API_VERSION

KINDS = {"InfrahubSync", "VidraSync", "VidraResource"}
PAGES = Path(__file__).parents[2] / "docs" / "spec"
SCHEMAS = {
    definition["spec"]["names"]["singular"]: definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"][
        "properties"
    ]
    for definition in crds()
}


def described(part: str) -> list[tuple[str, str]]:
    """Kind and path of each field of the spec or status; the parts of an object count one by one."""
    found = []
    for kind, schema in SCHEMAS.items():
        for name, field in schema[part]["properties"].items():
            inner = field.get("properties", {}) if kind == "infrahubsync" else {}
            found += [(kind, f"{name}.{below}") for below in inner] or [(kind, name)]
    return found


def examples() -> Iterator[Any]:
    """Every object of our kinds that a page shows."""
    for page in sorted(PAGES.glob("*.md")):
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            # Other examples are of manifests, and some of them are broken on purpose.
            for body in yaml.safe_load_all(block) if API_VERSION in block else ():
                if body["kind"] in KINDS:
                    yield pytest.param(body["kind"], body["spec"], id=f"{page.stem}-{body['metadata']['name']}")


@pytest.mark.parametrize(("kind", "field"), described("spec") + described("status"))
def test_every_field_is_in_a_table_of_its_page(kind: str, field: str) -> None:
    rows = re.findall(r"^\|(.*?)\|", (PAGES / f"{kind}.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert any(f"`{field}`" in row for row in rows)


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_no_table_names_a_field_that_is_gone(kind: str) -> None:
    page = (PAGES / f"{kind}.md").read_text(encoding="utf-8")
    section = page[page.index("## Status") : page.index("## Behaviour")]
    named = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|(.*?)\|", section, re.MULTILINE)))
    assert set(named) <= set(SCHEMAS[kind]["status"]["properties"])


@pytest.mark.parametrize(("kind", "spec"), list(examples()))
async def test_every_example_is_accepted(offer: Callable[..., Awaitable[str]], kind: str, spec: dict[str, Any]) -> None:
    assert await offer(kind, spec) == ""


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_every_link_between_the_pages_leads_somewhere(page: Path) -> None:
    for target, _, anchor in re.findall(r"\]\(([\w-]+\.md)(#([\w-]+))?\)", page.read_text(encoding="utf-8")):
        text = (PAGES / target).read_text(encoding="utf-8")
        anchors = {
            re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-")
            for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        }
        assert not anchor or anchor in anchors
