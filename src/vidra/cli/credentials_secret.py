"""Makes the Secret with credentials of an Infrahub, from options, files and what is typed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from vidra.api.labels import SEE_ANNOTATION, is_label_value
from vidra.api.names import INFRAHUB_LABEL
from vidra.cli.apply_object import name_from, secret
from vidra.cli.errors import CommandError, Exit
from vidra.cli.prompt import secret as ask_secret
from vidra.sources.infrahub import Credential
from vidra.sources.infrahub.credential import check
from vidra.sources.infrahub.url import base_of

Json = dict[str, Any]


def credentials_secret(
    url: str,
    username: str,
    password_file: str,
    token_file: str,
    password: str,
    token: str,
    name: str,
    namespace: str,
    *,
    prefix: str = "",
) -> Json:
    """The Secret, from what was given on the command line, in files, and at the terminal.

    Args:
        prefix: What the options of these names begin with here.

    Raises:
        CommandError: Something is missing or contradicts itself.
        SourceError: It cannot be an address, or a credential.
    """
    base = base_of(url)
    credential = credential_from(username, password_file, token_file, password, token, prefix=prefix)
    check(credential, base)
    parts = urlsplit(base)
    host = parts.hostname or ""
    labels = {INFRAHUB_LABEL: host if is_label_value(host) else SEE_ANNOTATION}
    data = {"username": credential.username, "password": credential.password, "token": credential.token}
    name = name or name_from("infrahub", host, str(parts.port or ""), parts.path)
    return secret(name, namespace, labels, {INFRAHUB_LABEL: base}, data)


def credential_from(
    username: str, password_file: str, token_file: str, password: str, token: str, *, prefix: str = ""
) -> Credential:
    """A user with a password, or a token, from what was given on the command line, in files, and at the terminal.

    Raises:
        CommandError: Something is missing or contradicts itself.
    """
    if username and token_file:
        raise CommandError("a user with a password, or a token: choose one", Exit.USAGE)
    if username:
        return Credential(
            username=username,
            password=ask_secret("password", password_file, password, option=f"--{prefix}password-file"),
        )
    return Credential(token=ask_secret("API token", token_file, token, option=f"--{prefix}token-file"))
