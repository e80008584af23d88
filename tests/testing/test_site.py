"""The site: every field, every alert and every link has its page, and nothing is fetched from another host."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from toolchain.site.checks import fetched_elsewhere
from toolchain.site.fields import field_page
from toolchain.site.notes import notes_page
from toolchain.site.outside import as_page, outside, page_of, relinked
from toolchain.site.versions import list_versions
from vidra.api.reasons import Reason

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "charts/vidra/files/alerts.yaml"
DEFINITIONS = sorted((ROOT / "charts/vidra/crds").glob("*.yaml"))


def names(schema: dict[str, Any]) -> Iterator[str]:
    for name, field in schema.get("properties", {}).items():
        yield name
        yield from names(field)
        yield from names(field.get("items", {}))


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda path: path.stem)
def test_every_field_has_a_row(definition: Path) -> None:
    body = yaml.safe_load(definition.read_text())
    rows = re.findall(r"^\| `([^`]+)` \| .+ \| .+ \|$", field_page(definition), re.MULTILINE)
    listed = {re.split(r"[.\[{]", row.replace("[]", "").replace("{}", ""))[-1] for row in rows}
    schema = body["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    assert listed == set(names(schema["spec"])) | set(names(schema["status"]))


def test_every_alert_has_a_runbook_and_no_other() -> None:
    page = (ROOT / "docs/guides/runbooks.md").read_text()
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == [rule["alert"] for rule in rules]
    for section in page.split("\n## ")[1:]:
        assert "**Means**: " in section
        assert "**Harm**: " in section
        assert "\n1. " in section


def test_alerts_name_reasons_that_there_are() -> None:
    named = re.findall(r'reason!?~?="([^"]+)"', ALERTS.read_text())
    assert len(named) > 5
    assert {reason for one in named for reason in one.split("|")} <= {reason.value for reason in Reason}


def test_links_out_of_the_documents_lead_to_pages_of_the_site() -> None:
    text = "[v](../../charts/vidra/values.yaml#x) [i](install.md#a) ![p](../pictures/p.png) [w](https://example.com/a)"
    assert list(outside("docs/guides/a.md", text)) == ["charts/vidra/values.yaml"]
    expected = (
        "[v](../repository/charts/vidra/values.yaml.md#x) [i](install.md#a) ![p](../pictures/p.png) "
        "[w](https://example.com/a)"
    )
    assert relinked("docs/guides/a.md", text) == expected
    assert relinked("docs/guides/a.md", "[r](../../README.md) [c](../../CHANGELOG.md)") == (
        "[r](../index.md) [c](../repository/CHANGELOG.md)"
    )


def test_what_stands_in_a_code_block_is_no_link() -> None:
    text = "```md\n[a](../../Makefile)\n```\n[b](../../Makefile)\n"
    assert list(outside("docs/guides/a.md", text)) == ["Makefile"]
    assert relinked("docs/guides/a.md", text) == "```md\n[a](../../Makefile)\n```\n[b](../repository/Makefile.md)\n"


def test_a_folder_is_shown_with_all_its_files() -> None:
    page = as_page(ROOT, "examples/infrahub")
    files = [path for path in (ROOT / "examples/infrahub").rglob("*") if path.is_file()]
    assert page.count("\n## ") == len(files) > 2
    assert page_of("examples/infrahub") == "repository/examples/infrahub.md"


def test_a_note_needs_no_line_to_be_listed() -> None:
    pages = {
        "design/2026-01-02-b.md": "# Later\n",
        "design/2026-01-01-a.md": "# Earlier\n",
        "cli.md": "",
        "design/v.md": "",
    }
    rows = notes_page(pages).split("|---|---|\n")[1].splitlines()
    assert rows == ["| 2026-01-02 | [Later](2026-01-02-b.md) |", "| 2026-01-01 | [Earlier](2026-01-01-a.md) |"]


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("a.html", '<script src="https://cdn.example.com/x.js"></script>', 1),
        ("a.html", '<link rel="stylesheet" href="//fonts.example.com/x.css">', 1),
        ("a.html", '<pre class="mermaid">graph</pre>', 1),
        (
            "a.html",
            '<a href="https://example.com/">read</a><img src="../p.png"><link rel="canonical" href="https://e.com">',
            0,
        ),
        ("a.css", "@import 'https://fonts.example.com/x.css';", 1),
        ("a.css", "a{background:url(//example.com/x.png)}b{background:url(x.png)}", 1),
    ],
)
def test_what_a_browser_would_get_elsewhere_is_found(tmp_path: Path, file: str, text: str, found: int) -> None:
    (tmp_path / file).write_text(text)
    assert len(list(fetched_elsewhere(tmp_path))) == found


def test_the_newest_release_comes_first_and_is_where_the_address_leads(tmp_path: Path) -> None:
    for version in ("0.9.0", "0.10.0", "0.10.0rc1", "dev"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "index.html").write_text("")
    (tmp_path / "assets").mkdir()
    assert list_versions(tmp_path) == ("0.10.0", "0.10.0rc1", "0.9.0", "dev")
    listed = msgspec.json.decode((tmp_path / "versions.json").read_bytes())
    assert [item["version"] for item in listed if item["aliases"] == ["latest"]] == ["0.10.0"]
    assert "url=0.10.0/" in (tmp_path / "index.html").read_text()
