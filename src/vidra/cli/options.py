"""Options that many commands share."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NamedTuple

from vidra.cli.completion import contexts
from vidra.cli.errors import CommandError, Exit
from vidra.cli.parsing import Option

if TYPE_CHECKING:
    from pathlib import Path

OWN_NAMESPACE = "vidra-system"


class Output(StrEnum):
    """How a result is written."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"
    NAME = "name"


class Place(NamedTuple):
    """Which cluster a command is about."""

    kubeconfig: str | Path = ""
    context: str = ""


KubeconfigOption = Annotated[
    str,
    Option(
        "--kubeconfig", help="Kubeconfig file. Default: the files of KUBECONFIG, or ~/.kube/config.", show_default=False
    ),
]
ContextOption = Annotated[
    str,
    Option(
        "--context",
        help="Context of the kubeconfig. Default: its current one.",
        show_default=False,
        complete=contexts,
    ),
]
OutputOption = Annotated[Output, Option("--output", "-o", help="How to show it.")]
NamespaceOption = Annotated[str, Option("--namespace", "-n", envvar="VIDRA_NAMESPACE", help="Vidra's own namespace.")]
CREDENTIALS_NAMESPACES = "VIDRA_CREDENTIALS_NAMESPACES"
CredentialsNamespacesOption = Annotated[
    list[str] | None,
    Option(
        "--credentials-namespace",
        envvar=CREDENTIALS_NAMESPACES,
        help="Further namespace in which Secrets with credentials and kubeconfigs count; may be repeated.",
        show_default=False,
    ),
]
AllNamespacesOption = Annotated[
    bool, Option("-A", "--all-namespaces", help="Accepted for the habit: syncs and VidraResources are in no namespace.")
]
SOURCE_HOSTS = "VIDRA_SOURCE_HOSTS"
SourceHostsOption = Annotated[
    list[str] | None,
    Option(
        "--source-host",
        envvar=SOURCE_HOSTS,
        help="Host (also *.example.com), address or network that sources may be read from, whatever its address; "
        "may be repeated. Default: every host but loopback, link-local and API servers.",
        show_default=False,
    ),
]
YesOption = Annotated[bool, Option("--yes", "-y", help="Do not ask.")]
PasswordFileOption = Annotated[str, Option(help="File with the password; '-' is standard input.", show_default=False)]
PasswordOption = Annotated[
    str,
    Option(
        envvar="INFRAHUB_PASSWORD",
        help="The password. Everybody on this machine can read it in the list of processes.",
        show_default=False,
    ),
]
TokenOption = Annotated[
    str, Option(envvar="INFRAHUB_API_TOKEN", help="The API token; the same warning.", show_default=False)
]


def credentials_namespaces(namespace: str) -> tuple[str, ...]:
    """The namespaces whose Secrets count, Vidra's own first, where no option names them: by the environment."""
    return tuple(dict.fromkeys((namespace, *os.environ.get(CREDENTIALS_NAMESPACES, "").split())))


def source_hosts() -> tuple[str, ...]:
    """The hosts that sources may be read from, where no option names them: by the environment."""
    return tuple(os.environ.get(SOURCE_HOSTS, "").split())


def seconds_of(text: str) -> float:
    """Seconds of a Go duration.

    Raises:
        CommandError: It is none.
    """
    from vidra.api.times import parse_duration

    try:
        return parse_duration(text).total_seconds()
    except ValueError as error:
        raise CommandError(str(error), Exit.USAGE) from None
