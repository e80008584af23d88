import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from rich.pretty import pretty_repr

from testkit.controlplane import ControlPlane
from testkit.environment import connection_to
from vidra.kube.client import Client
from vidra.kube.connection import Connection, NotConfiguredError, in_cluster
from vidra.kube.errors import ApiError, UnreachableError
from vidra.kube.types import Secret


@pytest.fixture
def service_account(controlplane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a Pod finds: its API server in the environment, token and CA in a folder."""
    host, port = controlplane.server.removeprefix("https://").split(":")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
    (tmp_path / "token").write_text(controlplane.token + "\n")
    (tmp_path / "ca.crt").write_bytes(controlplane.ca)
    return tmp_path


async def test_a_pod_reaches_its_api_server_and_follows_a_token_that_changes(
    service_account: Path, controlplane: ControlPlane
) -> None:
    client = Client(in_cluster(service_account))
    await client.send("GET", "/api/v1/namespaces/default")
    (service_account / "token").write_text("expired")
    with pytest.raises(ApiError) as caught:
        await client.send("GET", "/api/v1/namespaces/default")
    assert caught.value.unauthorized
    (service_account / "token").write_text(controlplane.token)
    await client.send("GET", "/api/v1/namespaces/default")
    await client.close()


@pytest.mark.parametrize("missing", ["token", "ca.crt"])
def test_half_a_service_account_is_no_cluster(service_account: Path, missing: str) -> None:
    (service_account / missing).unlink()
    with pytest.raises(NotConfiguredError, match="set KUBECONFIG"):
        in_cluster(service_account)


def test_outside_a_pod_there_is_no_cluster(service_account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
    with pytest.raises(NotConfiguredError, match="set KUBECONFIG"):
        in_cluster(service_account)


def test_an_ipv6_address_is_bracketed(service_account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    assert in_cluster(service_account).server == "https://[fd00::1]:443"


async def test_the_tls_server_name_is_what_the_certificate_is_checked_for(controlplane: ControlPlane) -> None:
    usual = connection_to(controlplane)
    right = Client(msgspec.structs.replace(usual, tls_server_name="kubernetes.default.svc"))
    assert await right.send("GET", "/readyz") == b"ok"
    await right.close()
    wrong = Client(msgspec.structs.replace(usual, tls_server_name="elsewhere.example"))
    with pytest.raises(UnreachableError, match=r"elsewhere\.example"):
        await wrong.send("GET", "/readyz", repeatable=False)
    await wrong.close()


async def test_another_authority_is_not_trusted(controlplane: ControlPlane) -> None:
    client = Client(msgspec.structs.replace(connection_to(controlplane), ca=""))
    with pytest.raises(UnreachableError, match="certificate"):
        await client.send("GET", "/readyz", repeatable=False)
    await client.close()


@pytest.mark.parametrize(
    ("connection", "header"),
    [
        (Connection(server="https://a"), ""),
        (Connection(server="https://a", token="t"), "Bearer t"),
        (Connection(server="https://a", username="me", password="pä"), "Basic bWU6cMOk"),
        (Connection(server="https://a", username="me", password="p", token="t"), "Bearer t"),
    ],
)
def test_who_the_caller_is(connection: Connection, header: str) -> None:
    assert connection.authorization() == header


@pytest.mark.parametrize(
    "secret",
    [
        Connection(server="https://a", token="hush", password="hush", key="hush", certificate="hush"),
        msgspec.convert({"metadata": {"name": "hidden"}, "data": {"hush": "hush"}}, Secret),
    ],
)
def test_no_secret_is_shown(secret: object) -> None:
    assert "hush" not in repr(secret) + str(secret) + pretty_repr(secret)


@pytest.mark.parametrize("field", ["ca", "certificate"])
def test_tls_data_that_is_none_is_refused_without_repeating_it(field: str) -> None:
    connection = msgspec.structs.replace(Connection(server="https://a"), **{field: "hush"})
    with pytest.raises(NotConfiguredError, match="TLS data for https://a cannot be used") as caught:
        connection.ssl_context()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["a" * 64, "a..b", ".a", "a\0b", "x" * 300])
@pytest.mark.parametrize("where", ["tls-server-name", "host"])
def test_a_name_that_tls_cannot_ask_for_is_refused_instead_of_waited_for(name: str, where: str) -> None:
    host, other = ("10.0.0.1", name) if where == "tls-server-name" else (name, "")
    with pytest.raises(NotConfiguredError, match=f"the {where} for .* is no name that a server can have"):
        Connection(server=f"https://{host}:6443", tls_server_name=other).ssl_context()


@pytest.mark.parametrize("host", ["10.0.0.1", "[2001:db8::1]", "api.example.com", "bücher.example"])
def test_other_names_are_taken(host: str) -> None:
    Connection(server=f"https://{host}:6443").ssl_context()


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password() -> None:
    """The process has a standard input that never ends: whoever asked there would wait."""
    pair = trustme.CA().issue_cert("somebody")
    key = serialization.load_pem_private_key(pair.private_key_pem.bytes(), None)
    scheme = serialization.BestAvailableEncryption(b"hush")
    locked = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, scheme)
    certificate = pair.cert_chain_pems[0].bytes()
    program = (
        "from vidra.kube.connection import Connection, NotConfiguredError\n"
        f"connection = Connection('https://a', certificate={certificate.decode()!r}, key={locked.decode()!r})\n"
        "try: connection.ssl_context()\n"
        "except NotConfiguredError as error: print(error)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert b"cannot be used" in process.stdout.read()
