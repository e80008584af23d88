"""Types of a kubeconfig file, and the connection that a user's own file describes."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import msgspec

from vidra.common import plain_yaml
from vidra.kube.connection import Connection, NotConfiguredError

LARGEST = 1 << 20
"""Characters."""


class ClusterEntry(msgspec.Struct, frozen=True, rename="kebab"):
    """The address of a cluster."""

    server: str = ""
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""


class UserEntry(msgspec.Struct, frozen=True, rename="kebab"):
    """The credentials of a user."""

    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = msgspec.field(default="", name="tokenFile")
    username: str = ""
    password: str = ""
    exec: Any = None
    auth_provider: Any = None
    impersonate: str = msgspec.field(default="", name="as")
    as_groups: Any = None
    as_uid: Any = None
    as_user_extra: Any = None

    @property
    def impersonation(self) -> tuple[str, ...]:
        """Its fields that would change the identity."""
        fields = {
            "as": self.impersonate,
            "as-groups": self.as_groups,
            "as-uid": self.as_uid,
            "as-user-extra": self.as_user_extra,
        }
        return tuple(name for name, value in fields.items() if value)

    def __repr__(self) -> str:
        """Nothing of it: most of it is secret."""
        return "UserEntry(***)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """The same for rich, which does not call __repr__."""
        return []


class ContextEntry(msgspec.Struct, frozen=True):
    """Which user on which cluster."""

    cluster: str = ""
    user: str = ""


class NamedCluster(msgspec.Struct, frozen=True):
    """A cluster under its name."""

    name: str
    cluster: ClusterEntry = ClusterEntry()


class NamedUser(msgspec.Struct, frozen=True):
    """A user under its name."""

    name: str
    user: UserEntry | None = None


class NamedContext(msgspec.Struct, frozen=True):
    """A context under its name."""

    name: str
    context: ContextEntry = ContextEntry()


class Kubeconfig(msgspec.Struct, frozen=True, rename="kebab"):
    """What `kubectl config view` shows."""

    clusters: tuple[NamedCluster, ...] = ()
    users: tuple[NamedUser, ...] = ()
    contexts: tuple[NamedContext, ...] = ()
    current_context: str = ""

    def parts(self, context: ContextEntry) -> tuple[ClusterEntry, UserEntry]:
        """The cluster and the user that a context names.

        Raises:
            NotConfiguredError: It names a cluster that does not exist.
        """
        cluster = next((c.cluster for c in self.clusters if c.name == context.cluster), None)
        user = next((u.user for u in self.users if u.name == context.user), None)
        if cluster is None:
            raise NotConfiguredError(f"the kubeconfig has no cluster {context.cluster!r}")
        return cluster, user or UserEntry()


def parse(text: str | bytes) -> Kubeconfig:
    """A kubeconfig from its text.

    Raises:
        NotConfiguredError: The text is not one. The message repeats nothing of it.
    """
    try:
        whole = text if isinstance(text, str) else text.decode()
        if len(whole) <= LARGEST:
            return msgspec.convert(_read(whole), Kubeconfig)
    except (msgspec.ValidationError, UnicodeDecodeError):
        pass
    raise NotConfiguredError("this is not a kubeconfig: check it with kubectl config view")


def _read(text: str) -> Any:
    """The value that a text is; None: none. What kubectl writes needs no YAML parser, which takes long to import."""
    if (plain := plain_yaml.read(text)) is not None:
        return plain
    from vidra.manifests.documents import Document, documents  # noqa: PLC0415
    from vidra.manifests.limits import Limits  # noqa: PLC0415
    from vidra.manifests.problems import RefusedError  # noqa: PLC0415

    # A kubeconfig from a Secret is untrusted: neither nesting nor aliases in it may crash the process.
    limits = Limits(bytes=LARGEST, depth=20, nodes=20_000, objects=10)
    try:
        found = next(documents(text, limits), None)
    except RefusedError:
        return None
    return found.value if isinstance(found, Document) else None


def decoded(data: str, what: str) -> str:
    """PEM from the base64 of a `…-data` field.

    Raises:
        NotConfiguredError: It is not base64 of text.
    """
    try:
        # A long value may be folded over lines; other characters that are not base64 would be dropped silently.
        return base64.b64decode("".join(data.split()), validate=True).decode()
    except ValueError:
        raise NotConfiguredError(f"{what} is not base64 of PEM text") from None


def from_file(path: Path, context: str = "") -> Connection:
    """The connection of a user's own kubeconfig: files and tokens in it are trusted, plugins are not run.

    Raises:
        NotConfiguredError: The file does not lead to a cluster.
    """
    try:
        config = parse(path.read_bytes())
    except OSError as error:
        raise NotConfiguredError(f"cannot read the kubeconfig {path}: {error.strerror}") from None
    wanted = context or config.current_context
    entry = next((c.context for c in config.contexts if c.name == wanted), None)
    if entry is None:
        raise NotConfiguredError(f"{path} has no context {wanted!r}: choose one with kubectl config use-context")
    return connection_of(*config.parts(entry), path.parent)


def default_path() -> Path | None:
    """The first file of KUBECONFIG, if it is set."""
    return next((Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part), None)


def connection_of(cluster: ClusterEntry, user: UserEntry, folder: Path) -> Connection:
    """The connection of a user's own entries; relative files are in this folder.

    Raises:
        NotConfiguredError: They do not lead to a cluster.
    """
    if user.exec is not None or user.auth_provider is not None:
        raise NotConfiguredError(
            "this kubeconfig logs in with a plugin (exec or auth-provider), which the operator does not run: "
            "use a token or a client certificate"
        )
    if user.impersonation:
        raise NotConfiguredError(
            f"this kubeconfig acts as somebody else ({', '.join(user.impersonation)}), which Vidra does not"
        )
    if not cluster.server.startswith(("https://", "http://")):
        raise NotConfiguredError("the kubeconfig's cluster needs a server: the URL of an API server")
    return Connection(
        server=cluster.server.rstrip("/"),
        ca=_pem(cluster.certificate_authority_data, cluster.certificate_authority, folder),
        certificate=_pem(user.client_certificate_data, user.client_certificate, folder),
        key=_pem(user.client_key_data, user.client_key, folder),
        token=user.token.strip(),
        token_file=str(folder / user.token_file) if user.token_file and not user.token else "",
        username=user.username,
        password=user.password,
        tls_server_name=cluster.tls_server_name,
        insecure=cluster.insecure_skip_tls_verify,
    )


def _pem(data: str, file: str, folder: Path) -> str:
    if data:
        return decoded(data, "certificate data")
    if not file:
        return ""
    try:
        return (folder / file).read_text()
    except OSError as error:
        raise NotConfiguredError(f"cannot read {file}, which the kubeconfig names: {error.strerror}") from None
