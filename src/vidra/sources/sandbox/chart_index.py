"""One chart's versions in the index of a chart repository: pure.

An index may have tens of megabytes, of which one chart is a small part. Its lines are found by their indentation, as
every program writes them that makes an index, and only those are parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from yaml import CBaseLoader, YAMLError, load

from vidra.sources.sandbox.errors import BrokenPackError
from vidra.sources.sandbox.inflate import Data

_ENTRIES = re.compile(rb"^entries:[ \t]*\r?\n", re.MULTILINE)
_EMPTY = re.compile(rb"^entries:[ \t]*\{\}[ \t]*\r?$", re.MULTILINE)
_CHILD = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*( +)[^ \-\r\n]")
_MOST_NAMES = 2_000
_FIELDS = ("version", "digest", "created")


def read_index(data: Data, chart: str) -> dict[str, Any]:
    """The versions of a chart, each as [version, digest, when it was made, URL]; the names of others if it has none.

    Raises:
        BrokenPackError: It is no index.
    """
    if bytes(data[:1]) == b"{":
        return _answer(*_from_json(bytes(data), chart))
    entries = _ENTRIES.search(data)
    if entries is None:
        if _EMPTY.search(data):
            return _answer(None, ())
        raise BrokenPackError("it is no index of charts: it has no `entries`")
    first = _CHILD.match(data, entries.end())
    if first is None:
        return _answer(None, ())
    indent = len(first[1])
    key = re.compile(rb"^ {%d}([\"']?)%b\1:[ \t]*\r?\n" % (indent, re.escape(chart.encode())), re.MULTILINE)
    found = key.search(data, entries.end())
    if found is None:
        return _answer(None, _names(data, entries.end(), indent))
    end = re.compile(rb"^ {0,%d}[^ \-\r\n#]" % indent, re.MULTILINE).search(data, found.end())
    return _answer(_parsed(bytes(data[found.end() : end.start() if end else len(data)]), chart), ())


def _names(data: Data, start: int, indent: int) -> list[str]:
    name = re.compile(rb"^ {%d}[\"']?([^\s\"':#\-][^\s\"':]*)[\"']?:" % indent, re.MULTILINE)
    return [match[1].decode(errors="replace") for match in islice(name.finditer(data, start), _MOST_NAMES)]


def _parsed(block: bytes, chart: str) -> object:
    try:
        return load(block, Loader=CBaseLoader)  # noqa: S506 - it makes texts, lists and maps alone
    except (YAMLError, UnicodeDecodeError):
        raise BrokenPackError(f"what the index says of {chart} is no YAML") from None


def _from_json(data: bytes, chart: str) -> tuple[object, list[str]]:
    try:
        found = json.loads(data)
    except ValueError:
        raise BrokenPackError("it is no index of charts: it cannot be read") from None
    entries = found.get("entries") if isinstance(found, dict) else None
    if not isinstance(entries, dict):
        raise BrokenPackError("it is no index of charts: it has no `entries`")
    return entries.get(chart), list(entries)[:_MOST_NAMES]


def _answer(found: object, names: Any) -> dict[str, Any]:
    versions = [_version(item) for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
    return {"versions": versions, "charts": [] if versions else list(names)}


def _version(item: Mapping[str, Any]) -> list[str]:
    urls = item.get("urls")
    url = urls[0] if isinstance(urls, list) and urls else ""
    return [*(str(item.get(name) or "") for name in _FIELDS), str(url)]
