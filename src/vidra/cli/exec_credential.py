"""Runs the program that a person's kubeconfig fetches credentials with (client.authentication.k8s.io ExecCredential).

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from typing import Any

import msgspec

from vidra.kube.connection import NotConfiguredError
from vidra.kube.kubeconfig import ClusterEntry, UserEntry

_API = "client.authentication.k8s.io/"
_VERSIONS = (f"{_API}v1", f"{_API}v1beta1")
_WITHIN = 120.0
"""Seconds; a person may have to log in with a browser."""


class _Variable(msgspec.Struct, frozen=True):
    name: str
    value: str


class _Program(msgspec.Struct, frozen=True, rename="camel"):
    command: str
    api_version: str
    args: tuple[str, ...] | None = None
    env: tuple[_Variable, ...] | None = None
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: str = "IfAvailable"


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""


class _Credential(msgspec.Struct, frozen=True, rename="camel"):
    api_version: str
    kind: str
    status: _Status


def logged_in(user: UserEntry, cluster: ClusterEntry, *, interactive: bool) -> UserEntry:
    """The user with the credentials that the program gives; what it writes to standard error is for the person.

    Raises:
        NotConfiguredError: It cannot be run, or does not give any. The message repeats nothing that it wrote.
    """
    program = _program(user.exec)
    interactive = interactive and sys.stdin.isatty() and program.interactive_mode != "Never"
    if program.interactive_mode == "Always" and not interactive:
        raise NotConfiguredError(f"{program.command} must ask you something, and there is no terminal to do that on")
    status = _run(program, _asked(program, cluster, interactive=interactive), interactive=interactive)
    return msgspec.structs.replace(
        user,
        exec=None,
        token=status.token or user.token,
        client_certificate_data=_data(status.client_certificate_data) or user.client_certificate_data,
        client_key_data=_data(status.client_key_data) or user.client_key_data,
    )


def _program(given: Any) -> _Program:
    try:
        program = msgspec.convert(given, _Program)
    except msgspec.ValidationError:
        raise NotConfiguredError("the exec section of the kubeconfig needs at least command and apiVersion") from None
    if program.api_version not in _VERSIONS:
        raise NotConfiguredError(
            f"the exec section of the kubeconfig wants {program.api_version!r}: known are v1 and v1beta1"
        )
    return program


def _asked(program: _Program, cluster: ClusterEntry, *, interactive: bool) -> str:
    """The ExecCredential that the program finds in KUBERNETES_EXEC_INFO."""
    spec: dict[str, Any] = {"interactive": interactive}
    if program.provide_cluster_info:
        known = {
            "server": cluster.server,
            "tls-server-name": cluster.tls_server_name,
            "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
            "certificate-authority-data": cluster.certificate_authority_data,
        }
        spec["cluster"] = {key: value for key, value in known.items() if value}
    return msgspec.json.encode({"kind": "ExecCredential", "apiVersion": program.api_version, "spec": spec}).decode()


def _run(program: _Program, info: str, *, interactive: bool) -> _Status:
    environment = {**os.environ, **{item.name: item.value for item in program.env or ()}, "KUBERNETES_EXEC_INFO": info}
    try:
        ended = subprocess.run(  # noqa: S603 - the person's own kubeconfig names it, as for kubectl
            [program.command, *(program.args or ())],
            env=environment,
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=_WITHIN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotConfiguredError(f"{program.command} gave no credentials within {_WITHIN:g} s") from None
    except OSError as error:
        hint = f": {program.install_hint.strip()}" if program.install_hint else ""
        raise NotConfiguredError(f"the kubeconfig logs in with {program.command}: {error.strerror}{hint}") from None
    if ended.returncode:
        raise NotConfiguredError(f"{program.command}, with which the kubeconfig logs in, failed ({ended.returncode})")
    return _status(program, ended.stdout)


def _status(program: _Program, text: bytes) -> _Status:
    try:
        answer = msgspec.json.decode(text, type=_Credential)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotConfiguredError(f"{program.command} wrote what is no ExecCredential") from None
    status = answer.status
    complete = bool(status.token) or bool(status.client_certificate_data and status.client_key_data)
    if answer.kind != "ExecCredential" or answer.api_version != program.api_version or not complete:
        raise NotConfiguredError(f"{program.command} gave no credentials of {program.api_version}")
    return status


def _data(pem: str) -> str:
    """As it stands in a kubeconfig."""
    return base64.b64encode(pem.encode()).decode()
