"""`vidra install`: everything that Vidra needs in a cluster, for those who do not use Helm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, NamespaceOption, Place
from vidra.cli.parsing import Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.kube.client import Client

Json = dict[str, Any]

SERVED_WITHIN = 60.0
"""Seconds that the API server may take to serve new definitions."""


def install(
    image: Annotated[
        str, Option(help="Also run the operator from this image, as a Deployment.", show_default=False)
    ] = "",
    grant: Annotated[
        list[str] | None,
        Option(
            help="ClusterRole that says what Vidra may apply, with --image; may be repeated. Default: edit.",
            show_default=False,
        ),
    ] = None,
    infrahub_url: Annotated[str, Option(help="Also store credentials for this Infrahub.", show_default=False)] = "",
    infrahub_username: Annotated[str, Option(help="User there; the password is asked for.", show_default=False)] = "",
    infrahub_password_file: Annotated[
        str, Option(help="File with the password; '-' is standard input.", show_default=False)
    ] = "",
    infrahub_token_file: Annotated[
        str, Option(help="File with an API token instead; '-' is standard input.", show_default=False)
    ] = "",
    print_: Annotated[bool, Option("--print", help="Write the YAML instead, without credentials.")] = False,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Install the CRDs, Vidra's namespace and its settings; with --image the operator too. Repeat to upgrade.

    Existing settings stay as they are. With --image Vidra may do what it needs for itself, and apply what the
    ClusterRoles in --grant allow: `edit` covers workloads in any namespace, `cluster-admin` everything.

    Example: vidra install --image registry.example.com/vidra:1.0.0
    """
    from vidra.cli.install_manifests import workload
    from vidra.cli.session import against

    work = workload(namespace, image, grant if grant is not None else ["edit"]) if image else []
    if print_:
        _print(namespace, work)
        return
    account = infrahub_username, infrahub_password_file, infrahub_token_file
    secret = _credentials(namespace, infrahub_url, *account) if infrahub_url else None
    against(Place(kubeconfig, context), lambda client: _install(client, namespace, secret, work))
    if not image:
        echo("the operator itself: vidra install --image IMAGE, or vidra operator with this kubeconfig")


def _credentials(namespace: str, url: str, username: str, password_file: str, token_file: str) -> Json:
    from vidra.cli.credentials_secret import credentials_secret

    return credentials_secret(url, username, password_file, token_file, "", "", "", namespace, prefix="infrahub-")


def _print(namespace: str, work: list[Json]) -> None:
    """Write the YAML of everything, without credentials."""
    from vidra.api.crds import crds
    from vidra.cli.install_manifests import own_namespace, settings
    from vidra.manifests.write import write

    echo(write([*crds(), own_namespace(namespace), settings(namespace), *work]), nl=False)


async def _install(client: Client, namespace: str, secret: Json | None, work: list[Json]) -> None:
    from vidra.api.crds import crds
    from vidra.cli.install_manifests import own_namespace, settings
    from vidra.kube.discovery import Discovery
    from vidra.kube.operations import look

    discovery = Discovery(client)
    for body in crds():
        await _put(client, discovery, body)
    if await look(client, f"/api/v1/namespaces/{namespace}") is None:
        await _put(client, discovery, own_namespace(namespace))
    await _served(client)
    if await _has_settings(client, namespace):
        echo("settings: those that are there stay as they are")
    else:
        await _put(client, discovery, settings(namespace))
    for body in [*([secret] if secret else []), *work]:
        await _put(client, discovery, body)


async def _put(client: Client, discovery: Any, body: Json) -> None:
    from vidra.cli.apply_object import put
    from vidra.cli.errors import CommandError
    from vidra.cli.output import name_of

    kind = await discovery.find(body["apiVersion"], body["kind"])
    if kind is None:
        raise CommandError(f"the cluster does not serve {body['kind']} ({body['apiVersion']})")
    await put(client, kind, body)
    echo(f"{name_of(body)} applied")


async def _served(client: Client) -> None:
    import asyncio

    from vidra.cli.errors import CommandError, Exit
    from vidra.manager.bootstrap import definitions_served

    try:
        async with asyncio.timeout(SERVED_WITHIN):
            await definitions_served(client)
    except TimeoutError:
        raise CommandError(f"the API server does not serve the CRDs after {SERVED_WITHIN:g} s", Exit.TIMEOUT) from None


async def _has_settings(client: Client, namespace: str) -> bool:
    from vidra.controllers.runtime.settings import chosen
    from vidra.views.hub_objects import config_maps

    return chosen(await config_maps(client, namespace), namespace) is not None
