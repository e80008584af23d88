"""The page on metrics, the dashboard and the alerts name the metrics and labels that an operator shows."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from testkit.environment import Scene, has_reason
from testkit.eventually import eventually
from testkit.operating import Operating
from testkit.parts.web_files import WebFiles
from testkit.promql import expressions, named
from testkit.remote import BOX
from testkit.scraping import labels
from vidra.web.webhooks import receiving

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "metrics.md"
FILES = ROOT / "charts" / "vidra" / "files"
NOTHING = "{apiVersion: example.com/v1, kind: Nothing, metadata: {name: nothing}}"

Labels = dict[str, set[str]]

FROM_PROMETHEUS = {"job", "instance"}
"""Labels of every target."""


@pytest.fixture
async def files() -> AsyncIterator[WebFiles]:
    async with WebFiles() as files:
        files.files["/box.yaml"] = BOX.replace("name: box", "name: crate").encode()
        yield files


@pytest.fixture
async def shown(own_scene: Scene, own_operator: Operating, files: WebFiles) -> Labels:
    """What an operator shows that leads, has something to do with everything, and has had a trouble."""
    own_scene.infrahub.add_artifact("Boxes", BOX)
    await own_scene.until_sync(await own_scene.sync("Boxes", interval="1h"))
    http = {"url": f"{files.url}/box.yaml", "insecure": True}
    await own_scene.until_vidra_sync(await own_scene.vidra_sync(source={"http": http}, interval="1h"))
    await own_scene.until_resource(await own_scene.resource(NOTHING), has_reason("KindUnknown"))
    await own_operator.stop()
    leading = Operating(own_scene.plane, leader_elect=True, source_hosts=("127.0.0.1",))
    async with leading as leader, receiving("127.0.0.1:0", leader.operator):
        asked = {"vidra_infrahub_requests_total", "vidra_source_requests_total"}
        await eventually(lambda: asked <= labels(leader).keys())
        found = labels(leader)
    await own_operator.start()
    return found


def wrong(text: str, shown: Labels) -> dict[str, set[str]]:
    """The metrics of an expression that are not shown, and those that are, with labels that they do not have."""
    return {
        metric: wanted - shown.get(metric, set()) - FROM_PROMETHEUS
        for metric, wanted in named(text).items()
        if metric not in shown or wanted - shown[metric] - FROM_PROMETHEUS
    }


async def test_every_metric_is_on_the_page_with_its_labels_and_no_other(shown: Labels) -> None:
    own: Labels = {}
    for name, found in shown.items():
        if not name.startswith(("process_", "python_")):
            own.setdefault(re.sub(r"_(bucket|count|sum)$", "", name), set()).update(found - {"le"})
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*)\|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: set(re.findall(r"\w+", text)) for name, text in rows} == own


async def test_the_dashboard_asks_for_what_there_is(shown: Labels) -> None:
    asked = list(expressions(json.loads((FILES / "dashboard.json").read_text(encoding="utf-8"))))
    assert len(asked) > 20
    assert {text: found for text in asked if (found := wrong(text, shown))} == {}


async def test_the_alerts_ask_for_what_there_is(shown: Labels) -> None:
    asked = list(expressions(rules()))
    assert len(asked) > 5
    assert {text: found for text in asked if (found := wrong(text, shown))} == {}


def rules() -> Any:
    return yaml.safe_load((FILES / "alerts.yaml").read_text(encoding="utf-8"))


def test_every_alert_says_what_is_and_what_to_do() -> None:
    for alert in (rule for group in rules()["groups"] for rule in group["rules"]):
        assert alert["alert"].startswith("Vidra")
        assert alert["labels"]["severity"] in {"info", "warning", "critical"}
        assert set(alert["annotations"]) == {"summary", "description"}
        shows = set(re.findall(r"\$labels\.(\w+)", str(alert["annotations"])))
        assert shows <= set().union(*named(alert["expr"]).values()), alert["alert"]


def test_a_legend_shows_labels_that_are_left() -> None:
    board = json.loads((FILES / "dashboard.json").read_text(encoding="utf-8"))
    targets = [target for panel in board["panels"] for target in panel.get("targets", ())]
    for target in targets:
        shows = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        grouped = set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", target["expr"]))))
        assert shows <= (grouped or FROM_PROMETHEUS), target


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("absent(one)", {"one": set()}),
        ('sum by (a, b) (one{c="x{y}", d!~"z"}) > 0', {"one": {"a", "b", "c", "d"}}),
        ("rate(one[5m]) / on (a) group_left (b) two or vector(0)", {"one": {"a", "b"}, "two": {"a", "b"}}),
        ("sum by (a) (one) > 0 unless on (b) sum by (b) (two)", {"one": {"a"}, "two": {"b"}}),
        ("max(max_over_time(one[$__rate_interval])) by (a)", {"one": {"a"}}),
    ],
)
def test_what_an_expression_names(text: str, found: Labels) -> None:
    assert named(text) == found
