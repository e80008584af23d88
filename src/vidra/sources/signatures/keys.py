"""The public keys that count for a source: those in Secrets with the label that its spec names.

A value of such a Secret is either a public key in PEM, or lines as in `authorized_keys` or in `allowed_signers` of
ssh-keygen, of which `valid-after`, `valid-before` and `namespaces` are heeded. One that cannot be used is said, and
verifies nothing; it takes nothing from the others.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from vidra.api.names import KEYS_LABEL
from vidra.api.reasons import Reason
from vidra.common.text import limited
from vidra.kube.store import Store
from vidra.kube.types import Secret
from vidra.sources.protocol import Concerns, SourceError

S = TypeVar("S")
_KINDS = frozenset(
    {"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"},
)
_OPTION = re.compile(r'(?:^|,)([a-z-]+)(?:="([^"]*)")?')
_LONGEST = 16_384
"""Characters of a line; a key of 16,384 bits has 2,800."""
_MOST = 1_000
"""Keys for one source."""
_NAMED = 5


class PublicKey(msgspec.Struct, frozen=True):
    """A key that may have signed something."""

    secret: str
    """namespace/name of the Secret, for messages."""
    ssh: bytes = b""
    """As ssh writes it, without its kind and comment."""
    line: str = ""
    """The same as text, with its kind."""
    pem: bytes = b""
    since: datetime | None = None
    until: datetime | None = None
    namespaces: tuple[str, ...] = ()
    """Of ssh signatures that it may make; none: all."""

    def counts(self, now: datetime) -> bool:
        """Whether the time in which it counts has begun and is not over."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


class Keys(msgspec.Struct, frozen=True):
    """The keys for one source."""

    label: str
    keys: tuple[PublicKey, ...]
    problems: tuple[str, ...] = ()

    def failed(self, what: str, why: str) -> SourceError:
        """The error for something that none of them signed.

        Args:
            what: What is not verified.
        """
        secrets = sorted({key.secret for key in self.keys})
        named = f"keys that count: {limited(secrets, _NAMED)}"
        if not secrets:
            named = f"no key counts: store public keys in a Secret labelled {KEYS_LABEL}={self.label}"
        also = f"; {limited(self.problems, _NAMED)}" if self.problems else ""
        message = f"{what} is not verified: {why} ({named}{also}); nothing of it is read, what is applied stays"
        return SourceError(Reason.VERIFICATION_FAILED, message)


def keys_for(label: str, secrets: Iterable[Secret]) -> Keys:
    """The keys in the Secrets with a label.

    Args:
        secrets: Those in namespaces that count.
    """
    keys, problems = list[PublicKey](), list[str]()
    for secret in sorted(secrets, key=_named):
        if secret.metadata.labels.get(KEYS_LABEL) != label:
            continue
        for name in sorted(secret.data):
            try:
                keys += _read(secret.value(name).decode(), _named(secret))
            except ValueError as error:
                problems.append(f"{name} of the Secret {_named(secret)} cannot be used: {_why(error)}")
    return Keys(label, tuple(keys[:_MOST]), tuple(problems))


def listen(store: Store[Secret], label_of: Callable[[S], str], changed: Callable[[Concerns[S]], None]) -> None:
    """Say which sources a changed Secret is about."""

    def on_change(old: Secret | None, new: Secret | None) -> None:
        if old is None or new is None or (old.data, old.metadata.labels) != (new.data, new.metadata.labels):
            labels = {item.metadata.labels.get(KEYS_LABEL) for item in (old, new) if item is not None}
            changed(lambda spec: label_of(spec) in labels)

    store.listen(on_change)


def _read(text: str, secret: str) -> list[PublicKey]:
    """The keys in one value.

    Raises:
        ValueError: It is none, or of a kind that is not supported.
    """
    if "-----BEGIN PGP" in text:
        raise ValueError("keys of PGP are not supported, sign with a key of ssh")
    if "PRIVATE KEY-----" in text:
        raise ValueError("it is a private key, store the public one")
    if text.lstrip().startswith("-----BEGIN "):
        if "-----BEGIN PUBLIC KEY-----" not in text:
            raise ValueError("it is no public key in PEM (BEGIN PUBLIC KEY)")
        return [PublicKey(secret, pem=text.strip().encode())]
    lines = (line.strip() for line in text.splitlines())
    found = [_of_line(line, secret) for line in lines if line and not line.startswith("#")]
    if not found:
        raise ValueError("there is no key in it")
    return found


def _of_line(line: str, secret: str) -> PublicKey:
    """The key of a line.

    Raises:
        ValueError: There is none.
    """
    words = line.split() if len(line) <= _LONGEST else []
    place = next((number for number, word in enumerate(words[:-1]) if word in _KINDS), None)
    if place is None:
        raise ValueError(f"a line is no public key of a supported kind ({', '.join(sorted(_KINDS))})")
    options = {name: value for word in words[:place] for name, value in _OPTION.findall(word)}
    if "cert-authority" in options:
        raise ValueError("certificates of ssh are not supported, list the keys")
    return PublicKey(
        secret,
        ssh=base64.b64decode(words[place + 1], validate=True),
        line=f"{words[place]} {words[place + 1]}",
        since=_time(options.get("valid-after", "")),
        until=_time(options.get("valid-before", "")),
        namespaces=tuple(filter(None, options.get("namespaces", "").split(","))),
    )


def _time(text: str) -> datetime | None:
    """A time as ssh-keygen writes it (YYYYMMDD or YYYYMMDDHHMM[SS], in UTC with or without Z); None if it is empty.

    Raises:
        ValueError: It is none.
    """
    digits = text.removesuffix("Z")
    formats: dict[int, str] = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    if not digits:
        return None
    if len(digits) not in formats or not digits.isdecimal():
        raise ValueError("valid-after or valid-before is no time (YYYYMMDD)")
    return datetime.strptime(digits, formats[len(digits)]).replace(tzinfo=UTC)


def _why(error: ValueError) -> str:
    """Why a value cannot be used; never a part of it, which somebody may have taken for a public key by mistake."""
    known = type(error) is ValueError
    return str(error) if known and not isinstance(error, binascii.Error) else "it is no text with public keys"


def _named(secret: Secret) -> str:
    return f"{secret.metadata.namespace}/{secret.metadata.name}"


def library() -> Any:
    """The package that does the arithmetic.

    Raises:
        SourceError: It is not installed.
    """
    try:
        import cryptography  # noqa: PLC0415 - an extra, for few
    except ImportError:
        message = "verify: signatures need a package that is not installed: pip install 'vidra[ssh]'"
        raise SourceError(Reason.INVALID_SPEC, message) from None
    return cryptography
