"""What a Secret's kubeconfig may say, and what Vidra refuses to do for it."""

import base64
from typing import Any

import msgspec
import pytest

from vidra.api.reasons import Reason
from vidra.clusters.errors import ClusterError
from vidra.clusters.kubeconfig_secret import connection_for
from vidra.kube.connection import Connection

SERVER = "https://far.example:6443"


def pem(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def kubeconfig(
    cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None, current: str = "", **more: Any
) -> bytes:
    return msgspec.yaml.encode(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "contexts": [{"name": "it", "context": {"cluster": "far", "user": "me"}}],
            "clusters": [{"name": "far", "cluster": {"server": SERVER, **(cluster or {})}}],
            "users": [{"name": "me", "user": user or {}}],
            "current-context": current,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("cluster", "user", "expected"),
    [
        ({}, {"token": "t"}, Connection(server=SERVER, token="t")),
        ({}, {"token": " t\n"}, Connection(server=SERVER, token="t")),
        ({}, {"username": "me", "password": "p"}, Connection(server=SERVER, username="me", password="p")),
        ({"certificate-authority-data": pem("CA")}, {}, Connection(server=SERVER, ca="CA")),
        ({"tls-server-name": "inner"}, {}, Connection(server=SERVER, tls_server_name="inner")),
        (
            {},
            {"client-certificate-data": pem("C"), "client-key-data": pem("K")},
            Connection(server=SERVER, certificate="C", key="K"),
        ),
        ({"server": f"{SERVER}/"}, {"token": "t", "namespace": "x"}, Connection(server=SERVER, token="t")),
    ],
)
def test_these_are_taken(cluster: dict[str, Any], user: dict[str, Any], expected: Connection) -> None:
    assert connection_for(kubeconfig(cluster, user), SERVER) == expected


@pytest.mark.parametrize(
    ("cluster", "user", "said"),
    [
        ({}, {"exec": {"command": "hush"}}, "exec"),
        ({}, {"auth-provider": {"name": "hush"}}, "auth-provider"),
        ({}, {"as": "hush"}, "as"),
        ({}, {"as-groups": ["hush"]}, "as-groups"),
        ({}, {"as-groups": "hush"}, "as-groups"),
        ({}, {"as-uid": "hush"}, "as-uid"),
        ({}, {"as-user-extra": {"hush": ["hush"]}}, "as-user-extra"),
        ({}, {"tokenFile": "/hush"}, "tokenFile"),
        ({}, {"client-certificate": "/hush"}, r"client-certificate \(a file\)"),
        ({}, {"client-key": "/hush"}, r"client-key \(a file\)"),
        ({"certificate-authority": "/hush"}, {}, r"certificate-authority \(a file\)"),
        ({"server": f"{SERVER.replace('//', '//hush:hush@')}"}, {}, "a server with a user"),
        ({"server": f"{SERVER}/?hush#hush"}, {}, "a server with a user"),
        ({"insecure-skip-tls-verify": True}, {}, "insecure-skip-tls-verify"),
        ({"proxy-url": "http://hush"}, {}, "proxy-url"),
        ({"certificate-authority-data": "%hush%"}, {}, "certificate-authority-data is not base64"),
        ({}, {"client-key-data": "%hush%"}, "client-key-data is not base64"),
        ({}, {"token": "hush\nhush"}, "characters that no token has"),
        ({}, {"token": "hüsh"}, "characters that no token has"),
        ({}, {"token": "hush" * 5_000}, "longer than"),
        ({}, {"token": 1234}, "not a kubeconfig"),
    ],
)
def test_these_are_refused_and_nothing_of_them_is_told(
    cluster: dict[str, Any], user: dict[str, Any], said: str
) -> None:
    with pytest.raises(ClusterError, match=said) as caught:
        connection_for(kubeconfig(cluster, user), SERVER)
    assert caught.value.reason is Reason.KUBECONFIG_REFUSED
    assert SERVER in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("text", [b"", b"hush", b"a: [", b"\xff", b"[" * 50_000, b"x: " * 50_000, b"a" * (2 << 20)])
def test_what_is_no_kubeconfig_is_refused_and_brings_nothing_down(text: bytes) -> None:
    with pytest.raises(ClusterError, match="not a kubeconfig") as caught:
        connection_for(text, SERVER)
    assert "hush" not in str(caught.value)


def test_a_server_without_tls_is_refused() -> None:
    plain = "http://far.example"
    with pytest.raises(ClusterError, match="a server that is not https"):
        connection_for(kubeconfig({"server": plain}), plain)


def test_no_context_for_the_server_is_said() -> None:
    with pytest.raises(ClusterError, match=r"none of its contexts is for https://other\.example"):
        connection_for(kubeconfig(), "https://other.example")


def test_a_context_that_names_nothing_is_said() -> None:
    with pytest.raises(ClusterError, match="no cluster 'far'"):
        connection_for(kubeconfig(clusters=[]), SERVER)


@pytest.mark.parametrize(("current", "token"), [("first", "1"), ("second", "2"), ("", "1"), ("gone", "1")])
def test_of_several_contexts_for_the_server_the_current_one_counts(current: str, token: str) -> None:
    names = ("first", "second")
    text = kubeconfig(
        contexts=[{"name": name, "context": {"cluster": "far", "user": name}} for name in names],
        users=[{"name": name, "user": {"token": str(number)}} for number, name in enumerate(names, 1)],
        current=current,
    )
    assert connection_for(text, SERVER).token == token


def test_behind_one_gateway_the_path_tells_clusters_apart() -> None:
    text = kubeconfig(
        contexts=[{"name": name, "context": {"cluster": name, "user": name}} for name in "ab"],
        clusters=[{"name": name, "cluster": {"server": f"https://gateway/k8s/clusters/{name}"}} for name in "ab"],
        users=[{"name": name, "user": {"token": name}} for name in "ab"],
        current="a",
    )
    assert connection_for(text, "https://gateway/k8s/clusters/b").token == "b"
