"""`vidra credentials`: who Vidra is to an Infrahub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from vidra.api.names import INFRAHUB_LABEL
from vidra.cli.labelled_objects import Labelled, add_delete, add_get, add_list
from vidra.cli.options import (
    OWN_NAMESPACE,
    ContextOption,
    KubeconfigOption,
    NamespaceOption,
    PasswordFileOption,
    PasswordOption,
    Place,
    TokenOption,
)
from vidra.cli.parsing import Argument, Group, Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.cli.output import Column
    from vidra.kube.client import Client

Json = dict[str, Any]

app = Group("Credentials of Infrahubs, in Secrets.")


@app.command("apply")
def apply(
    url: Annotated[str, Argument(help="Address of the Infrahub, as syncs name it.")],
    username: Annotated[
        str, Option("--username", "-u", help="User; the password is asked for.", show_default=False)
    ] = "",
    password_file: PasswordFileOption = "",
    token_file: Annotated[
        str, Option(help="File with an API token, instead of a user; '-' is standard input.", show_default=False)
    ] = "",
    password: PasswordOption = "",
    token: TokenOption = "",
    name: Annotated[str, Option(help="Name of the Secret. Default: from the address.", show_default=False)] = "",
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Store credentials for an Infrahub, or replace them; without --username or a token, a token is asked for.

    Example: vidra credentials apply https://infrahub.example.com --username vidra
    """
    from vidra.cli.apply_object import SECRET, put
    from vidra.cli.credentials_secret import credentials_secret
    from vidra.cli.session import against

    body = credentials_secret(url, username, password_file, token_file, password, token, name, namespace)
    against(Place(kubeconfig, context), lambda client: put(client, SECRET, body))
    echo(f"secret/{body['metadata']['name']} applied in {namespace}")


async def _consequences(client: Client, item: Json) -> Sequence[str]:
    import msgspec

    from vidra.common.text import counted, limited
    from vidra.kube.types import Secret
    from vidra.sources.infrahub.credentials import concerns
    from vidra.views.hub_objects import syncs

    secret = msgspec.convert(item, Secret)
    using = [
        sync.metadata.name
        for sync in await syncs(client)
        if sync.source.infrahub and concerns(secret, sync.source.infrahub.infrahub_api_url)
    ]
    if not using:
        return ["no sync reads from this Infrahub"]
    return [
        f"{counted(len(using), 'sync')} read{'s' * (len(using) == 1)} from this Infrahub: {limited(using, 10)}",
        "what they applied stays; without other credentials they find no changes any more",
    ]


def _columns() -> Sequence[Column]:
    from vidra.cli.output import Column, age

    return (
        Column("NAMESPACE", lambda item: item["metadata"]["namespace"]),
        Column("NAME", lambda item: item["metadata"]["name"]),
        Column("INFRAHUB", _infrahub),
        Column("HOLDS", lambda item: ", ".join(sorted(item.get("data") or {}))),
        Column("AGE", age),
    )


def _infrahub(item: Json) -> str:
    metadata = item["metadata"]
    return str((metadata.get("annotations") or {}).get(INFRAHUB_LABEL) or metadata["labels"][INFRAHUB_LABEL])


CREDENTIALS = Labelled(
    "credentials",
    "Secret",
    "secrets",
    INFRAHUB_LABEL,
    columns=_columns,
    consequences=_consequences,
    name_help="Name of the Secret, namespace/name, or the host of the Infrahub.",
    label=INFRAHUB_LABEL,
)
add_list(
    app,
    CREDENTIALS,
    """Show the credentials that Vidra has; never their values.

    Example: vidra credentials list
    """,
)
add_get(
    app,
    CREDENTIALS,
    """Show one; never its values.

    Example: vidra credentials get infrahub.example.com -o yaml
    """,
)
add_delete(
    app,
    CREDENTIALS,
    """Delete credentials; it says which syncs use them, and asks.

    Example: vidra credentials delete infrahub.example.com
    """,
)
