"""InfrahubSyncs from a file that a person wrote."""

from __future__ import annotations

from typing import Any

from vidra.api.names import API_VERSION, SYNC_KIND
from vidra.apply.desired.object import SERVER_SET
from vidra.cli.errors import CommandError
from vidra.cli.prompt import text_of
from vidra.manifests import read


def from_file(file: str) -> list[dict[str, Any]]:
    """The InfrahubSyncs in it.

    Raises:
        CommandError: It cannot be read, or holds something else.
    """
    reading = read(text_of(file))
    if reading.problems:
        problem = reading.problems[0]
        raise CommandError(f"{file}, line {problem.line}: {problem.message}")
    others = [
        str(item.ref) for item in reading.objects if (item.ref.api_version, item.ref.kind) != (API_VERSION, SYNC_KIND)
    ]
    if others:
        raise CommandError(f"{file} holds {', '.join(others[:3])}: only {SYNC_KIND}s of {API_VERSION} are taken")
    if not reading.objects:
        raise CommandError(f"{file} holds no {SYNC_KIND}")
    return [_clean(item.body) for item in reading.objects]


def _clean(body: dict[str, Any]) -> dict[str, Any]:
    """Without what only a server sets: an exported sync is taken as well."""
    metadata = {key: value for key, value in body["metadata"].items() if key not in SERVER_SET}
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": metadata}
