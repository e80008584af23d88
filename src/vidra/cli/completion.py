"""What the shell offers after Tab: names from the cluster within a second or so, or silently nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Given = Mapping[str, Any]

WITHIN = "VIDRA_COMPLETION_SECONDS"
"""What says how long a cluster may take; not set, or no number: a second."""


def contexts(given: Given, incomplete: str) -> list[str]:
    """Names of the contexts in the kubeconfig."""

    def find() -> list[str]:
        from vidra.cli.kubeconfig_loading import merged

        return [context.name for context in merged(given.get("kubeconfig", "")).contexts]

    return _offered(find, incomplete)


def syncs(given: Given, incomplete: str) -> list[str]:
    """Names of the syncs."""
    return _offered(lambda: _names(given, "infrahubsyncs", "vidrasyncs"), incomplete)


def names(given: Given, incomplete: str) -> list[str]:
    """Names of the syncs and VidraResources."""
    return _offered(lambda: _names(given, "infrahubsyncs", "vidrasyncs", "vidraresources"), incomplete)


def _names(given: Given, *plurals: str) -> list[str]:
    from vidra.api.names import API_VERSION
    from vidra.cli.options import Place
    from vidra.cli.quick_session import reading
    from vidra.kube.partial_metadata import METADATA_LIST, LiveList
    from vidra.kube.reader import Reader

    def ask(reader: Reader) -> list[str]:
        lists = [reader.get(f"/apis/{API_VERSION}/{plural}", LiveList, accept=METADATA_LIST) for plural in plurals]
        return [item.metadata.name for listing in lists for item in listing.items or ()]

    return reading(Place(given.get("kubeconfig", ""), given.get("context", "")), ask, interactive=False)


def _offered(find: Callable[[], list[str]], incomplete: str) -> list[str]:
    try:
        with _time_limit():
            return [name for name in find() if name.startswith(incomplete)]
    except Exception:  # noqa: BLE001 - a shell that waits for words must get words, or none
        return []


def _seconds() -> float:
    try:
        return max(float(os.environ.get(WITHIN, "")), 0.001)  # no time at all would be no limit
    except ValueError:
        return 1.0


@contextmanager
def _time_limit() -> Iterator[None]:
    def over(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, _seconds())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
