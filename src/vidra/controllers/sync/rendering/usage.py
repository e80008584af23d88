"""What of its destination a chart looks at at all: pure.

A definition that somebody adds to a cluster changes what the cluster serves. Charts that never ask for that are not
rendered anew: their random passwords would be others afterwards, for nothing.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

_CAPABILITIES, _APIS, _VERSION = "Capabilities", "APIVersions", "KubeVersion"
_PACKED = ".tgz"
"""A chart in a chart: nothing is known of it."""
WORDS = (_CAPABILITIES, _APIS, _VERSION, _PACKED, "kubeVersion")


class Usage(msgspec.Struct, frozen=True):
    """What a text may depend on."""

    version: bool = True
    apis: bool = True


def usage_of(words: Collection[str]) -> Usage:
    """What a chart with its values may look at, by the words that are in them."""
    if _PACKED in words:
        return Usage()
    # Where the version is not even named, something may be done with all of them.
    apis = _CAPABILITIES in words and (_APIS in words or _VERSION not in words)
    return Usage(version=_CAPABILITIES in words or "kubeVersion" in words, apis=apis)
