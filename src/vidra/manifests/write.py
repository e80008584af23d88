"""Objects → YAML or JSON that reads back as the same objects, here and with kubectl.

Invariant: no character that steers a terminal or changes the order of what is read (ESC, C1, bidi) is in the text as it
is; each is written as an escape, which both languages have.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import yaml

from vidra.manifests.scalars import plain

_TAME_LINES = re.compile(r"[!-~][ -~]*(?:\n(?:[!-~][ -~]*)?)*[!-~]\n?")
_STR = "tag:yaml.org,2002:str"
_SHOWN = re.compile(r"[\x20-\x7e\n]+")


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    if "\n" in value and _TAME_LINES.fullmatch(value):
        return dumper.represent_scalar(_STR, value, style="|")
    if not _is_shown(value):
        return dumper.represent_scalar(_STR, value, style='"')  # the only style that has escapes
    quoted = not isinstance(plain(value), str) or value == "<<"
    return dumper.represent_scalar(_STR, value, style="'" if quoted else None)


_Dumper.add_representer(str, _text)


def write(objects: Iterable[Any]) -> str:
    """One document per object, keys in the order they have."""
    text = yaml.dump_all(
        objects, Dumper=_Dumper, sort_keys=False, explicit_start=True, allow_unicode=True, default_flow_style=False
    )
    return _escaped(text, _in_yaml)


def write_json(value: Any) -> str:
    """A value as JSON, with line breaks."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return _escaped(text, _in_json)


def _is_shown(text: str) -> bool:
    return bool(_SHOWN.fullmatch(text)) or all(char.isprintable() or char == "\n" for char in text)


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    return text if _is_shown(text) else "".join(char if _is_shown(char) else escape(char) for char in text)


def _in_yaml(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _in_json(char: str) -> str:
    halves = char.encode("utf-16-be")
    return "".join(f"\\u{halves[place : place + 2].hex()}" for place in range(0, len(halves), 2))
