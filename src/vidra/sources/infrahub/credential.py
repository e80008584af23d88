"""Who Vidra is to an Infrahub; shown, it never tells a secret."""

from __future__ import annotations

from typing import Any

import msgspec

from vidra.api.reasons import Reason
from vidra.sources.protocol import SourceError

LONGEST = 8_000
"""Characters of a token or password. Servers refuse longer headers, and every message is searched for it."""


class Credential(msgspec.Struct, frozen=True):
    """A user with a password, or an API token; the token wins."""

    username: str = ""
    password: str = ""
    token: str = ""

    def __repr__(self) -> str:
        return "Credential(token=***)" if self.token else f"Credential(username={self.username!r}, password=***)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("token", "***") if self.token else ("username", self.username)]


def check(credential: Credential, base: str) -> None:
    """Refuse what cannot be a credential before anything is sent.

    Raises:
        SourceError: Neither a token nor a username with a password, or a token that no header can hold.
    """
    if max(map(len, (credential.token, credential.username, credential.password))) > LONGEST:
        raise SourceError(
            Reason.CREDENTIALS_INVALID,
            f"the credentials for {base} are longer than {LONGEST:,} characters, as none are; store them again",
        )
    if credential.token:
        if not (credential.token.isascii() and credential.token.isprintable()):
            raise SourceError(
                Reason.CREDENTIALS_INVALID,
                f"the API token for {base} holds characters that no token has (a line break?); store it again",
            )
        return
    if not (credential.username and credential.password):
        raise SourceError(
            Reason.CREDENTIALS_INVALID,
            f"the credentials for {base} hold neither `token` nor `username` with `password`; add them to the Secret",
        )
