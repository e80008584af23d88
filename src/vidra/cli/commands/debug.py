"""`vidra debug`: one archive for a report of a fault, with no secrets in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, NamespaceOption, Place
from vidra.cli.parsing import Option
from vidra.cli.terminal import echo


def debug(
    file: Annotated[Path, Option("--file", "-f", help="The archive to write; one that exists is not touched.")] = Path(
        "vidra-debug.tar.gz"
    ),
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Write versions, checks, syncs, VidraResources, Events, settings, Leases and logs into one archive for a report.

    No Secret is in it, and no manifest: only how large each is. Names, addresses and messages are. Read it before you
    give it away. What cannot be read is noted in the archive.

    Example: vidra debug -f report.tar.gz
    """
    from vidra.cli.debug_archive import write_archive
    from vidra.cli.errors import CommandError
    from vidra.cli.session import against
    from vidra.views.debug_parts import debug_parts

    if file.exists():
        raise CommandError(f"{file} exists already: name another with --file")
    parts = against(Place(kubeconfig, context), lambda client: debug_parts(client, namespace))
    write_archive(file, parts)
    echo(f"{file}: {', '.join(sorted(parts))}")
