"""Has an Infrahub call Vidra: the key in its Secret, the webhooks in Infrahub, and a call to see that it is heard."""

from __future__ import annotations

import asyncio

import msgspec

from vidra.cli.errors import CommandError, Exit
from vidra.cli.options import credentials_namespaces
from vidra.cli.terminal import echo, one_line
from vidra.cli.webhook_probe import heard
from vidra.cli.webhook_secret import put_key
from vidra.kube.client import Client
from vidra.sources.infrahub import Credential
from vidra.sources.infrahub.client import Infrahub
from vidra.sources.infrahub.credentials import choose
from vidra.sources.infrahub.url import base_of
from vidra.sources.infrahub.webhook_admin import EVENTS, Webhook
from vidra.sources.infrahub.webhook_admin import put as put_webhooks
from vidra.views.hub_objects import infrahub_secrets, syncs
from vidra.web.webhooks.receiver import PATH


class Wish(msgspec.Struct, frozen=True):
    """What a person asked for."""

    infrahub: str
    url: str
    name: str
    scope: str
    verify: bool
    rotate: bool
    bind: bool
    secret: str
    namespace: str
    credential: Credential | None
    """Whose; None: Vidra's."""


async def put(client: Client, wish: Wish) -> None:
    """Make it so, and say what was done.

    The key is in the Secret before Infrahub signs with it: no call of its is refused in between.

    Raises:
        CommandError: Vidra does not hear Infrahub's calls.
        SourceError: Infrahub refuses.
        KubeError: The Secret, or the credentials, cannot be had.
    """
    base = base_of(wish.infrahub)
    _check(wish.url)
    credential = wish.credential or await own_credential(client, base, wish.namespace)
    infrahub = Infrahub(base, credential)
    try:
        key = await put_key(client, wish.namespace, wish.secret, base if wish.bind else "", rotate=wish.rotate)
        for name, what in (await put_webhooks(infrahub, _webhooks(wish, key))).items():
            echo(one_line(f"{base}: webhook {name} {what}"))
    finally:
        await infrahub.close()
    await heard(wish.url, key, verify=wish.verify)


async def own_credential(client: Client, base: str, namespace: str) -> Credential:
    """What Vidra itself goes to this Infrahub with.

    Raises:
        SourceError: There is nothing for it.
    """
    secrets, known = await asyncio.gather(infrahub_secrets(client, credentials_namespaces(namespace)), syncs(client))
    return choose(base, secrets, namespace, known).credential


def _webhooks(wish: Wish, key: str) -> list[Webhook]:
    return [
        Webhook(
            name=f"{wish.name}-{what}",
            url=wish.url,
            shared_key=key,
            event_type=event,
            node_kind=kind,
            branch_scope=wish.scope,
            validate_certificates=wish.verify,
        )
        for what, (event, kind) in EVENTS.items()
    ]


def _check(url: str) -> None:
    """Refuse an address that is none of Vidra's before anything is done."""
    if not (url.startswith(("http://", "https://")) and url.endswith(PATH)):
        raise CommandError(f"--url is where Infrahub reaches Vidra: https://HOST{PATH}", Exit.USAGE)
