"""Keys of people who sign, made and used by ssh-keygen and Git themselves."""

from __future__ import annotations

import base64
import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

from testkit.parts.git import Repository
from vidra.api.meta import Meta
from vidra.api.names import KEYS_LABEL
from vidra.kube.types import Secret

_NUMBERS: Iterator[int] = itertools.count(1)


class Signer:
    """Somebody with a key of ssh.

    Args:
        folder: Where the key is kept.
        kind: As ssh-keygen calls it.
    """

    def __init__(self, folder: Path, kind: str = "ed25519", *options: str) -> None:
        self.path = folder / f"key-{next(_NUMBERS)}"
        command = ("ssh-keygen", "-q", "-t", kind, *options, "-N", "", "-C", "ada@example.com", "-f", str(self.path))
        subprocess.run(command, check=True)  # noqa: S603 - ssh's own

    @property
    def public(self) -> str:
        """The public key, in a line."""
        return self.path.with_suffix(".pub").read_text()

    @property
    def _options(self) -> tuple[str, ...]:
        who = ("user.name=Ada", "user.email=ada@example.com", "gpg.format=ssh", f"user.signingkey={self.path}")
        return tuple(word for each in who for word in ("-c", each))

    def commit(self, repository: Repository, branch: str = "main") -> str:
        """Sign the last commit of a branch, in its place; its id."""
        tree = repository.git("rev-parse", f"{branch}^{{tree}}")
        commit = repository.git(*self._options, "commit-tree", "-S", "-m", "a signed change", tree)
        repository.git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def tag(self, repository: Repository, name: str, commit: str = "main") -> None:
        """Sign a tag that names a commit."""
        repository.git(*self._options, "tag", "-f", "-s", "-m", name, name, commit)


def keys_secret(label: str = "team", name: str = "keys", **values: str) -> Secret:
    """A Secret with public keys."""
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    meta = Meta(
        name=name,
        namespace="vidra-system",
        uid=name,
        resource_version=str(next(_NUMBERS)),
        labels={KEYS_LABEL: label},
    )
    return Secret(meta, data)
