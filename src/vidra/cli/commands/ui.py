"""`vidra ui`: the web page, on a person's own machine or in a cluster."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from vidra.cli.options import (
    OWN_NAMESPACE,
    ContextOption,
    CredentialsNamespacesOption,
    KubeconfigOption,
    NamespaceOption,
    Place,
)
from vidra.cli.parsing import Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidra.kube.connection import Connection
    from vidra.ui.identity import Identify
    from vidra.ui.serve import LocalPage


class Auth(StrEnum):
    """How a page in a cluster knows who looks."""

    TOKEN = "token"  # noqa: S105 - a word
    PROXY = "proxy"


ReadOnlyOption = Annotated[bool, Option("--read-only", help="Serve a page that can change nothing.")]
InClusterOption = Annotated[
    bool,
    Option(
        "--in-cluster",
        help="In a cluster: serve it to others, each with their own rights. The chart starts it so.",
    ),
]
AuthOption = Annotated[
    Auth,
    Option(
        help="In a cluster. token: everybody gives a token of their own. proxy: a proxy names people.",
    ),
]
BindOption = Annotated[str, Option("--bind", help="In a cluster: where it is served.")]
OriginOption = Annotated[
    list[str] | None,
    Option(
        "--origin",
        help="In a cluster: where people reach it, as https://host; may be repeated. Other names are refused.",
        show_default=False,
    ),
]
BaseOption = Annotated[
    str,
    Option(
        "--base-path",
        help="In a cluster: the path below which it is, if the proxy before it does not take that away.",
        show_default=False,
    ),
]
ProxySecretOption = Annotated[
    str,
    Option(
        "--proxy-secret-file",
        help="In a cluster: what the proxy sends as X-Vidra-Proxy-Secret, so that nobody else can say who they are.",
        show_default=False,
    ),
]


def ui(
    port: Annotated[int, Option("--port", help="Port on this machine. Default: a free one.")] = 0,
    browser: Annotated[bool, Option("--browser/--no-browser", help="Open it in the browser.")] = True,
    read_only: ReadOnlyOption = False,
    in_cluster: InClusterOption = False,
    auth: AuthOption = Auth.TOKEN,
    bind: BindOption = ":8080",
    origin: OriginOption = None,
    base_path: BaseOption = "",
    proxy_secret_file: ProxySecretOption = "",
    namespace: NamespaceOption = OWN_NAMESPACE,
    credentials_namespace: CredentialsNamespacesOption = None,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show syncs, their objects and what is wrong with them in the browser, with your own rights.

    The page is served on this machine alone (127.0.0.1) while the command runs. Only who has the printed address can
    open it, once; Enter prints another one.

    Example: vidra ui --context staging
    """
    import asyncio

    from vidra.cli.errors import CommandError
    from vidra.cli.kubeconfig_loading import connection
    from vidra.cli.log_config import configure
    from vidra.ui.page import PageError
    from vidra.web.bind import BindError

    configure("text", "warning" if in_cluster else "error")
    namespaces = (namespace, *(credentials_namespace or ()))
    way = connection(Place(kubeconfig, context))
    try:
        if in_cluster:
            identify = _identify(auth, way, proxy_secret_file)
            asyncio.run(_cluster(identify, bind, _origins(origin), namespaces, base_path, read_only=read_only))
        else:
            asyncio.run(_local(way, namespaces, port, browser=browser, read_only=read_only))
    except (PageError, BindError) as error:
        raise CommandError(str(error)) from None


def _identify(auth: Auth, way: Connection, secret: str) -> Identify:
    from pathlib import Path

    from vidra.cli.errors import CommandError, Exit
    from vidra.ui.identity import ByProxy, ByToken

    if auth is Auth.TOKEN:
        return ByToken(way)
    if not secret:
        raise CommandError("--auth proxy needs --proxy-secret-file: else anybody could say who they are", Exit.USAGE)
    return ByProxy(way, Path(secret))


def _origins(given: Sequence[str] | None) -> list[str]:
    from vidra.cli.errors import CommandError, Exit
    from vidra.ui.guard import origin_of

    origins = [origin_of(each) for each in given or ()]
    if not origins or not all(origins):
        raise CommandError("--in-cluster needs an --origin, such as https://vidra.example.com", Exit.USAGE)
    return [origin for origin in origins if origin]


async def _cluster(
    identify: Identify, bind: str, origins: list[str], namespaces: tuple[str, ...], base: str, *, read_only: bool
) -> None:
    from vidra.cli.browser import until_stopped
    from vidra.ui.serve import cluster_page

    async with cluster_page(bind, identify, origins, namespaces, read_only=read_only, base=base):
        await until_stopped()


async def _local(way: Connection, namespaces: tuple[str, ...], port: int, *, browser: bool, read_only: bool) -> None:
    from vidra.cli.browser import opened, until_stopped
    from vidra.ui.one_time_codes import OneTimeCodes
    from vidra.ui.serve import local_page

    codes = OneTimeCodes(on_reuse=_warn)
    async with local_page(way, namespaces, port=port, read_only=read_only, codes=codes) as page:
        _say(page)
        with opened(page.address() if browser else ""):
            await until_stopped(lambda: _say(page))


def _say(page: LocalPage) -> None:
    echo(f"Vidra's page, once: {page.address()}")


def _warn() -> None:
    echo(
        "warning: somebody used an address a second time, so the page that it opened is logged out. If that was not "
        "you, stop this command.",
        err=True,
    )
