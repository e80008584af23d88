"""The keys that signatures are checked with, from Secrets, as they are now."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import structlog

from vidra.api.names import INFRAHUB_LABEL, SOURCE_LABEL
from vidra.kube.store import Store
from vidra.kube.types import Secret

log = structlog.get_logger("vidra.webhooks")


class Key(msgspec.Struct, frozen=True):
    """One of them; shown, it never tells itself."""

    secret: bytes
    infrahub: str = ""
    """Address of the only Infrahub that signs with it; empty: any."""
    repositories: str = ""
    """Start of the addresses of Git repositories whose server signs with it; empty: any."""

    def __repr__(self) -> str:
        return "Key(***)"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return [("secret", "***")]


class Keys:
    """Every value of every Secret is a key, so that an old and a new one are good at the same time."""

    def __init__(self, secrets: Store[Secret]) -> None:
        self._secrets = secrets
        self._keys: tuple[Key, ...] = ()
        self._told = False
        secrets.listen(lambda _old, _new: self._read())
        self._read()

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def missed(self, hint: str) -> None:
        """Say once that there is none; again only after there was one."""
        if not self._told:
            self._told = True
            log.warning("webhooks are refused: there is no key", hint=hint)

    def _read(self) -> None:
        keys = tuple(key for secret in self._secrets for key in _keys_of(secret))
        self._told = self._told and not keys
        if len(keys) != len(self._keys):
            log.info("keys of webhooks", count=len(keys))
        self._keys = keys


def _keys_of(secret: Secret) -> Iterator[Key]:
    marks = secret.metadata.annotations
    for name in secret.data:
        # A line break at the end is an editor's, not a part of the key.
        value = secret.value(name).strip(b"\r\n")
        if value:
            yield Key(value, marks.get(INFRAHUB_LABEL, ""), marks.get(SOURCE_LABEL, ""))
