"""The key that Infrahub signs with: the one in the Secret, or a new one."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from vidra.api.names import INFRAHUB_LABEL, WEBHOOK_KEY_LABEL
from vidra.cli.apply_object import SECRET, name_from, put, secret
from vidra.cli.errors import CommandError
from vidra.cli.terminal import echo
from vidra.kube.client import Client
from vidra.kube.types import Secret
from vidra.views.hub_objects import one

NAME = "vidra-webhook"
KEY, PREVIOUS = "key", "previous"


async def put_key(client: Client, namespace: str, name: str, infrahub: str, *, rotate: bool) -> str:
    """The key to sign with; afterwards it is in the Secret, and the one before it too.

    Args:
        infrahub: Address of the only one that signs with it; empty: any.

    Raises:
        CommandError: It cannot be told which of several keys it is.
    """
    name = name or _name(infrahub)
    there = await one(client, SECRET.path(namespace, name), Secret)
    current, previous = _keys(there) if there else ("", "")
    if rotate or not current:
        current, previous = secrets.token_urlsafe(32), current
    annotations = {INFRAHUB_LABEL: infrahub} if infrahub else {}
    data = {KEY: current, PREVIOUS: previous}
    await put(client, SECRET, secret(name, namespace, {WEBHOOK_KEY_LABEL: "true"}, annotations, data))
    echo(f"secret/{name} in {namespace}: {_told(there, rotate=rotate)}")
    return current


def _name(infrahub: str) -> str:
    parts = urlsplit(infrahub)
    return name_from(NAME, parts.hostname or "", str(parts.port or ""), parts.path)


def _keys(there: Secret) -> tuple[str, str]:
    """The key of a Secret, and the one before it."""
    values = {name: _text(there, name) for name in there.data}
    values = {name: value for name, value in values.items() if value}
    if KEY in values:
        return values[KEY], values.get(PREVIOUS, "")
    if len(values) > 1:
        raise CommandError(
            f"the Secret {there.metadata.name} holds several keys, none of them named {KEY!r}: name one so"
        )
    return next(iter(values.values()), ""), ""


def _text(there: Secret, name: str) -> str:
    try:
        return there.value(name).decode().strip("\r\n")
    except ValueError:
        raise CommandError(
            f"{name} in the Secret {there.metadata.name} is no text, and Infrahub takes no other"
        ) from None


def _told(there: Secret | None, *, rotate: bool) -> str:
    if there is None or not any(there.data.values()):
        return "a new key"
    return "a new key; the one before stays good until the next --rotate" if rotate else "its key stays"
