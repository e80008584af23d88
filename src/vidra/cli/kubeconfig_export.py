"""Reduces a context of a person's kubeconfig to what Vidra accepts from a Secret."""

from __future__ import annotations

import base64
from pathlib import Path

from vidra.cli.errors import CommandError
from vidra.cli.kubeconfig_loading import entries, merged
from vidra.cli.prompt import text_of
from vidra.clusters.kubeconfig_secret import connection_for
from vidra.common.text import command_line
from vidra.common.urls import host_of
from vidra.kube.kubeconfig import ClusterEntry, UserEntry, connection_of
from vidra.manifests.write import write


def reduced(kubeconfig: str | Path, context: str, token_file: str) -> tuple[str, str]:
    """Server and text of the kubeconfig for the Secret; files that the context names are put into it.

    Raises:
        CommandError: The context cannot be reduced; the message says the way out.
        NotConfiguredError: There is no such context, or it asks for what nobody here does.
        ClusterError: Vidra would not accept it.
    """
    cluster, user = entries(merged(kubeconfig), context)
    if token_file:
        user = UserEntry(token=text_of(token_file).strip())
    _acceptable(cluster, user, context)
    way = connection_of(cluster, user, Path())
    cluster_data = {
        "server": way.server,
        "certificate-authority-data": _encoded(way.ca),
        "tls-server-name": way.tls_server_name,
    }
    user_data = {
        "client-certificate-data": _encoded(way.certificate),
        "client-key-data": _encoded(way.key),
        "token": Path(way.token_file).read_text().strip() if way.token_file else way.token,
        "username": way.username,
        "password": way.password,
    }
    text = _kubeconfig(context, cluster_data, user_data)
    # Vidra's own word: what it would refuse later is refused now.
    connection_for(text.encode(), way.server)
    return way.server, text


def _acceptable(cluster: ClusterEntry, user: UserEntry, context: str) -> None:
    if user.exec is not None:
        there = ("kubectl", "--context", context, "-n", "kube-system")
        raise CommandError(
            f"context {context!r} logs in with a plugin (exec), which Vidra does not run. Give it a token instead: "
            f"{command_line(*there, 'create', 'serviceaccount', 'vidra')}; bind a role to it; "
            f"{command_line(*there, 'create', 'token', 'vidra', '--duration', '8760h')} | "
            f"{command_line('vidra', 'cluster', 'apply', context, '--token-file', '-')}"
        )
    if cluster.insecure_skip_tls_verify:
        raise CommandError(f"context {context!r} has insecure-skip-tls-verify: give it a certificate-authority")
    if not host_of(cluster.server):
        raise CommandError(f"the server of context {context!r} is no URL with a host: {cluster.server}")
    if not (user.token or user.token_file or user.username or user.client_certificate or user.client_certificate_data):
        raise CommandError(f"context {context!r} has no credentials")


def _kubeconfig(name: str, cluster: dict[str, str], user: dict[str, str]) -> str:
    kept = {key: value for key, value in cluster.items() if value}
    return write(
        [
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": name, "cluster": kept}],
                "users": [{"name": "vidra", "user": {key: value for key, value in user.items() if value}}],
                "contexts": [{"name": name, "context": {"cluster": name, "user": "vidra"}}],
                "current-context": name,
            }
        ]
    )


def _encoded(pem: str) -> str:
    return base64.b64encode(pem.encode()).decode() if pem else ""
