"""The connection that a cluster Secret's kubeconfig describes, without the other powers of a kubeconfig.

Who may write a Secret must not be able to run programs in Vidra's Pod, read its files or change whom it trusts. Only
server, CA data, client certificate and key data, token, username and password, and TLS server name are used.
"""

from __future__ import annotations

from vidra.api.reasons import Reason
from vidra.clusters.errors import ClusterError
from vidra.common.urls import is_plain, same_server
from vidra.kube.connection import Connection, NotConfiguredError
from vidra.kube.kubeconfig import ClusterEntry, Kubeconfig, UserEntry, decoded, parse

LONGEST = 16_000
"""Characters of a token or password. Every message is searched for it."""
_NO_ADDRESS = "a server with a user, a password or a query in its address"


def connection_for(kubeconfig: bytes, server: str, context: str = "") -> Connection:
    """The connection to `server` that a Secret's kubeconfig describes.

    Args:
        context: Name of the context to use; else the one whose server matches, the current one first.

    Raises:
        ClusterError: It describes none, or needs something that Vidra does not accept.
    """
    try:
        config = parse(kubeconfig)
        cluster, user = _parts(config, server, context)
        _refuse(cluster, user)
        return Connection(
            server=cluster.server.rstrip("/"),
            ca=decoded(cluster.certificate_authority_data, "certificate-authority-data"),
            certificate=decoded(user.client_certificate_data, "client-certificate-data"),
            key=decoded(user.client_key_data, "client-key-data"),
            token=_token(user),
            username=user.username,
            password=user.password,
            tls_server_name=cluster.tls_server_name,
        )
    except NotConfiguredError as error:
        raise ClusterError(Reason.KUBECONFIG_REFUSED, f"the kubeconfig for {server} cannot be used: {error}") from None


def servers_of(kubeconfig: bytes) -> tuple[tuple[str, ...], str]:
    """The servers of a kubeconfig's contexts, and that of its current context, or of its only one.

    Raises:
        ClusterError: It cannot be read.
    """
    try:
        config = parse(kubeconfig)
        servers = {item.name: config.parts(item.context)[0].server.rstrip("/") for item in config.contexts}
    except NotConfiguredError as error:
        raise ClusterError(Reason.KUBECONFIG_REFUSED, f"the kubeconfig cannot be used: {error}") from None
    only = next(iter(servers.values())) if len(servers) == 1 and not config.current_context else ""
    return tuple(servers.values()), servers.get(config.current_context, only)


def _parts(config: Kubeconfig, server: str, wanted: str) -> tuple[ClusterEntry, UserEntry]:
    """The context of this name, or the one whose server matches, the current one first.

    A context with another server than the destination's is not used: inventory entries name the destination's server.
    """
    contexts = sorted(config.contexts, key=lambda context: context.name != config.current_context)
    for context in contexts:
        if wanted and context.name != wanted:
            continue
        cluster, user = config.parts(context.context)
        if same_server(cluster.server, server):
            return cluster, user
        if wanted:
            raise NotConfiguredError(
                f"its context {wanted!r} is for another server: correct destination.context or server"
            )
    raise ClusterError(Reason.CLUSTER_CREDENTIALS_MISSING, f"none of its contexts is for {server}")


def _refuse(cluster: ClusterEntry, user: UserEntry) -> None:
    refused = {
        "exec": user.exec is not None,
        "auth-provider": user.auth_provider is not None,
        "tokenFile": bool(user.token_file),
        "client-certificate (a file)": bool(user.client_certificate),
        "client-key (a file)": bool(user.client_key),
        "certificate-authority (a file)": bool(cluster.certificate_authority),
        "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
        "proxy-url": bool(cluster.proxy_url),
        "a server that is not https": not cluster.server.startswith("https://"),
        _NO_ADDRESS: not is_plain(cluster.server),
    }
    found = [*(what for what, there in refused.items() if there), *user.impersonation]
    if found:
        raise NotConfiguredError(
            f"it uses {', '.join(found)}; Vidra takes server, the …-data fields, "
            "token, username, password and tls-server-name only"
        )


def _token(user: UserEntry) -> str:
    token = user.token.strip()
    if not (token.isascii() and token.isprintable()):
        raise NotConfiguredError("its token holds characters that no token has (a line break?)")
    if max(map(len, (token, user.username, user.password))) > LONGEST:
        raise NotConfiguredError(f"its token or password is longer than {LONGEST:,} characters, as none is")
    return token
