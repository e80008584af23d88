"""From a command that only reads to the cluster that it is about, without an event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from vidra.cli.quick_msgspec import import_msgspec

import_msgspec()

from vidra.cli.kubeconfig_loading import connection  # noqa: E402
from vidra.cli.options import Place  # noqa: E402
from vidra.kube.reader import Reader  # noqa: E402

T = TypeVar("T")


def reading(place: Place, work: Callable[[Reader], T], *, interactive: bool = True) -> T:
    """Do some work that only reads.

    Raises:
        NotConfiguredError: There is no usable way to a cluster.
        KubeError: The work met one.
    """
    reader = Reader(connection(place, interactive=interactive))
    try:
        return work(reader)
    finally:
        reader.close()
