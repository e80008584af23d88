"""Characters that steer a terminal are written as escapes, in JSON and in YAML, and read back as they were."""

import json
from typing import Any

import pytest
import yaml

from vidra.manifests.write import write, write_json

STEERING = [
    "\x1b[2J\x1b]0;mine\x07",
    "\x9b31m",
    "\x7f\x08",
    "a\u202eb\u2066c",
    "\u200b\ufeff",
    "\U000e0041",
    "\x85\u2028",
]
VALUES: list[Any] = [
    *STEERING,
    *[f"first\n{text}\nlast\n" for text in STEERING],
    {f"key {text}": [text, {"deep": text}] for text in STEERING},
    "long " * 40 + "\u202e" + " long" * 40,
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_nothing_steers_a_terminal_and_all_of_it_is_read_back(value: Any) -> None:
    item = {"apiVersion": "v1", "message": value}
    for text, read in ((write([item]), yaml.safe_load), (write_json(item), json.loads)):
        assert all(char.isprintable() or char == "\n" for char in text)
        assert read(text) == item


@pytest.mark.parametrize("value", ["Zürich", "日本語", "plain", "two\nlines\n", "1", "true", "- x: y", "a\tb"])
def test_what_can_be_shown_stays_readable(value: str) -> None:
    text = write([{"message": value}])
    assert yaml.safe_load(text) == {"message": value}
    assert value.partition("\n")[0].partition("\t")[0] in text
