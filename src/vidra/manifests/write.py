"""Objects → YAML that reads back as the same objects, here and with kubectl."""

import re
from collections.abc import Iterable
from typing import Any

import yaml

from vidra.manifests.scalars import plain

_TAME_LINES = re.compile(r"[!-~][ -~]*(?:\n(?:[!-~][ -~]*)?)*[!-~]\n?")
_STR = "tag:yaml.org,2002:str"


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    if "\n" in value and _TAME_LINES.fullmatch(value):
        return dumper.represent_scalar(_STR, value, style="|")
    quoted = not isinstance(plain(value), str) or value == "<<"
    return dumper.represent_scalar(_STR, value, style="'" if quoted else None)


_Dumper.add_representer(str, _text)


def write(objects: Iterable[Any]) -> str:
    """One document per object, keys in the order they have."""
    return yaml.dump_all(
        objects, Dumper=_Dumper, sort_keys=False, explicit_start=True, allow_unicode=True, default_flow_style=False
    )
