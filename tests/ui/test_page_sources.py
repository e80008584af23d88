"""What the page's sources must not hold, and what its build is made from."""

import re
from pathlib import Path

from vidra.api.names import PLURALS
from vidra.api.reasons import Reason
from vidra.views.name_forms import SHORT_KINDS

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "ui/src").rglob("*.ts*"))


def test_an_address_becomes_a_link_in_one_place_and_nothing_becomes_markup() -> None:  # S12
    assert len(SOURCES) > 20
    for file in SOURCES:
        text = file.read_text()
        if file.name != "link.tsx":
            assert not re.search(r"\b(href|src|action|formAction)=", text), file
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|dangerouslySet|document\.write|\beval\(", text), file


def test_the_page_knows_the_kinds_by_the_names_that_everything_else_uses() -> None:
    text = (ROOT / "ui/src/kinds.ts").read_text()
    for kind, plural in PLURALS.items():
        assert f'word: "{SHORT_KINDS[kind]}", plural: "{plural}"' in text, kind
        assert f'"{kind}"' in text or f"  {kind}: {{" in text
    for file in SOURCES:
        assert not re.search(rf'[!=]== "({"|".join(PLURALS)})"', file.read_text()), file


def test_no_other_host_is_named() -> None:
    for file in [*SOURCES, ROOT / "ui/index.html", ROOT / "ui/src/style.css"]:
        hosts = set(re.findall(r"https?://([\w.-]+)", file.read_text())) - {"www.w3.org", "kubernetes.default.svc"}
        assert hosts == set(), file


def test_the_lock_names_no_registry_and_every_package_by_its_hash() -> None:
    lock = (ROOT / "ui/package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') == lock.count('"node_modules/')
    assert "ignore-scripts=true" in (ROOT / "ui/.npmrc").read_text()
    assert "hasInstallScript" not in lock


def test_the_documentation_says_what_to_do_for_every_reason() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .*? \| (.*?) \|$", (ROOT / "docs/spec/conditions.md").read_text(), re.MULTILINE)
    said = {reason for reason, todo in rows if todo}
    assert {reason.value for reason in Reason} <= said | _EVENTS, {reason.value for reason in Reason} - said


_EVENTS = {
    reason.value
    for reason in (
        Reason.CREATED,
        Reason.UPDATED,
        Reason.DRIFT_REVERTED,
        Reason.PRUNED,
        Reason.KEPT,
        Reason.LEFT_BEHIND,
        Reason.ADOPTED,
        Reason.CLUSTER_REPLACED,
        Reason.CLUSTER_NOT_PROVEN,
        Reason.GENERATION_FAILED,
        Reason.OTHER_OPERATOR,
        Reason.WARNED,
        Reason.CONFIG_INVALID,
        Reason.CREDENTIALS_AMBIGUOUS,
    )
}
"""Said in Events only."""
