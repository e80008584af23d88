"""The page on metrics names each of Vidra's own, and no other."""

import re
from pathlib import Path

from vidra.controllers.census import Census
from vidra.controllers.metrics import Metrics
from vidra.kube.store import Store

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_every_metric_of_vidra_is_on_the_page_and_no_other() -> None:
    metrics = Metrics()
    metrics.registry.register(Census(Store(), Store(), lambda: 1))
    there = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in metrics.registry.collect()
        if not family.name.startswith(("process_", "python_"))
    }
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)) == there
