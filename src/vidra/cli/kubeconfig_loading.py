"""A person's kubeconfigs: several files that count as one, with paths that are relative to each."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from vidra.cli.options import Place
from vidra.kube.connection import Connection, NotConfiguredError, in_cluster
from vidra.kube.kubeconfig import ClusterEntry, Kubeconfig, NamedCluster, NamedUser, UserEntry, connection_of, parse


def connection(place: Place, *, interactive: bool = True) -> Connection:
    """The connection that a person means.

    Args:
        interactive: Whether a program that fetches credentials may ask questions.

    Raises:
        NotConfiguredError: There is none.
    """
    if not place.kubeconfig and not place.context and not _files():
        return _inside()
    cluster, user = entries(merged(place.kubeconfig), place.context)
    if user.exec is not None:
        from vidra.cli.exec_credential import logged_in

        user = logged_in(user, cluster, interactive=interactive)
    return connection_of(cluster, user, Path())


def merged(explicit: str | Path) -> Kubeconfig:
    """One kubeconfig of all files: of equal names the first counts, as with kubectl.

    Raises:
        NotConfiguredError: There is no file, or one cannot be used.
    """
    files = [Path(explicit)] if explicit else _files()
    if not files:
        raise NotConfiguredError(_NOWHERE)
    read = [_read(file) for file in files]
    return Kubeconfig(
        clusters=tuple(item for config in read for item in config.clusters),
        users=tuple(item for config in read for item in config.users),
        contexts=tuple(item for config in read for item in config.contexts),
        current_context=next((config.current_context for config in read if config.current_context), ""),
    )


def entries(config: Kubeconfig, context: str) -> tuple[ClusterEntry, UserEntry]:
    """Cluster and user of a context, if Vidra can work with them.

    Raises:
        NotConfiguredError: There is no such context, or it asks for what Vidra does not do.
    """
    wanted = context or config.current_context
    entry = next((item.context for item in config.contexts if item.name == wanted), None)
    if entry is None:
        known = ", ".join(item.name for item in config.contexts) or "none"
        what = f"no context {wanted!r}" if wanted else "no current context"
        raise NotConfiguredError(f"the kubeconfig has {what}: choose one with --context (there are: {known})")
    cluster, user = config.parts(entry)
    if cluster.proxy_url:
        raise NotConfiguredError(f"context {wanted!r} goes through a proxy (proxy-url), which this command cannot")
    if user.impersonation:
        acts = f"acts as somebody else ({', '.join(user.impersonation)})"
        raise NotConfiguredError(f"context {wanted!r} {acts}, which this command does not")
    if user.auth_provider is not None:
        raise NotConfiguredError(
            f"context {wanted!r} uses an auth-provider, which Kubernetes gave up in v1.26: use exec"
        )
    return cluster, user


_NOWHERE = "there is no kubeconfig: set KUBECONFIG, name a file with --kubeconfig, or put one at ~/.kube/config"


def _files() -> list[Path]:
    """Those that exist; a name in KUBECONFIG without a file counts for nothing, as with kubectl."""
    named = [Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return [file for file in named or [Path.home() / ".kube" / "config"] if file.is_file()]


def _inside() -> Connection:
    try:
        return in_cluster()
    except NotConfiguredError:
        raise NotConfiguredError(_NOWHERE) from None


def _read(file: Path) -> Kubeconfig:
    try:
        config = parse(file.read_bytes())
    except OSError as error:
        raise NotConfiguredError(f"cannot read the kubeconfig {file}: {error.strerror}") from None
    except NotConfiguredError as error:
        raise NotConfiguredError(f"{file}: {error}") from None
    folder = file.absolute().parent
    return msgspec.structs.replace(
        config,
        clusters=tuple(NamedCluster(item.name, _cluster(item.cluster, folder)) for item in config.clusters),
        users=tuple(NamedUser(item.name, _user(item.user, folder)) for item in config.users if item.user),
    )


def _cluster(cluster: ClusterEntry, folder: Path) -> ClusterEntry:
    return msgspec.structs.replace(cluster, certificate_authority=_beside(cluster.certificate_authority, folder))


def _user(user: UserEntry, folder: Path) -> UserEntry:
    program = user.exec
    if isinstance(program, dict) and os.sep in str(program.get("command", "")):
        program = {**program, "command": _beside(str(program["command"]), folder)}
    return msgspec.structs.replace(
        user,
        client_certificate=_beside(user.client_certificate, folder),
        client_key=_beside(user.client_key, folder),
        token_file=_beside(user.token_file, folder),
        exec=program,
    )


def _beside(path: str, folder: Path) -> str:
    return str(folder / path) if path else ""
