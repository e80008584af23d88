"""Syncs from a file that a person wrote."""

from __future__ import annotations

from typing import Any

from vidra.api.names import API_VERSION, SYNC_KIND
from vidra.apply.desired.object import SERVER_SET
from vidra.cli.errors import CommandError
from vidra.cli.prompt import text_of
from vidra.manifests import read


def from_file(file: str, *kinds: str) -> list[dict[str, Any]]:
    """The syncs in it.

    Args:
        kinds: Those that are taken; none: InfrahubSyncs.

    Raises:
        CommandError: It cannot be read, or holds something else.
    """
    taken = kinds or (SYNC_KIND,)
    reading = read(text_of(file))
    if reading.problems:
        problem = reading.problems[0]
        raise CommandError(f"{file}, line {problem.line}: {problem.message}")
    others = [
        str(item.ref) for item in reading.objects if item.ref.api_version != API_VERSION or item.ref.kind not in taken
    ]
    names = "s and ".join(taken)
    if others:
        raise CommandError(f"{file} holds {', '.join(others[:3])}: only {names}s of {API_VERSION} are taken")
    if not reading.objects:
        raise CommandError(f"{file} holds no {names}")
    return [_clean(item.body) for item in reading.objects]


def _clean(body: dict[str, Any]) -> dict[str, Any]:
    """Without what only a server sets: an exported sync is taken as well."""
    metadata = {key: value for key, value in body["metadata"].items() if key not in SERVER_SET}
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": metadata}
