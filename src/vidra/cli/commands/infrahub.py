"""`vidra infrahub`: what Infrahub itself needs to know."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from vidra.cli.errors import Commands
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

app = typer.Typer(cls=Commands, help="What Infrahub itself needs to know.", no_args_is_help=True)
webhook = typer.Typer(cls=Commands, help="Calls of Infrahub when an artifact changed.", no_args_is_help=True)
app.add_typer(webhook, name="webhook")


class Branches(StrEnum):
    """Infrahub's scopes of a webhook."""

    ALL = "all"
    DEFAULT = "default"
    OTHER = "other"

    @property
    def scope(self) -> str:
        """As Infrahub calls it."""
        return f"{self}_branch" if self is Branches.DEFAULT else f"{self}_branches"


RotateOption = Annotated[
    bool, typer.Option("--rotate", help="Take a new key; the one before stays good until the next time.")
]
BindOption = Annotated[
    bool, typer.Option("--bind", help="Use the key for this Infrahub only, as syncs name its address.")
]
KeySecretOption = Annotated[
    str, typer.Option(help="Name of the Secret with the key. Default: vidra-webhook; with --bind, from the address.")
]
SkipVerifyOption = Annotated[
    bool, typer.Option("--insecure-skip-tls-verify", help="Have Infrahub take any certificate of Vidra's.")
]
UsernameOption = Annotated[
    str, typer.Option("--username", "-u", help="User of Infrahub; the password is asked for.", show_default=False)
]
TokenFileOption = Annotated[
    str, typer.Option(help="File with an API token instead; '-' is standard input.", show_default=False)
]


@webhook.command("apply")
def apply(
    infrahub: Annotated[str, typer.Argument(help="Address of the Infrahub.")],
    url: Annotated[str, typer.Option(help="Where Infrahub reaches Vidra: the address of /webhooks/infrahub.")],
    name: Annotated[str, typer.Option(help="What the names of the webhooks in Infrahub begin with.")] = "vidra",
    branches: Annotated[Branches, typer.Option(help="Branches that Infrahub sends notifications of.")] = Branches.ALL,
    rotate: RotateOption = False,
    bind: BindOption = False,
    secret: KeySecretOption = "",
    insecure_skip_tls_verify: SkipVerifyOption = False,
    username: UsernameOption = "",
    password_file: PasswordFileOption = "",
    token_file: TokenFileOption = "",
    password: PasswordOption = "",
    token: TokenOption = "",
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = "",
) -> None:
    """Make an Infrahub call Vidra when an artifact changes, or update that; then check it.

    The key is the one in the Secret; a strong one is made if there is none. Infrahub gets two webhooks, one for new
    artifacts and one for changed ones. Without a user or token of your own, the credentials are those that Vidra has.

    Example: vidra infrahub webhook apply https://infrahub.example.com --url https://vidra.example.com/webhooks/infrahub
    """
    from vidra.cli.credentials_secret import credential_from
    from vidra.cli.session import against
    from vidra.cli.webhook_setup import Wish, put

    given = username or password_file or token_file or token
    wish = Wish(
        infrahub=infrahub,
        url=url,
        name=name,
        scope=branches.scope,
        verify=not insecure_skip_tls_verify,
        rotate=rotate,
        bind=bind,
        secret=secret,
        namespace=namespace,
        credential=credential_from(username, password_file, token_file, password, token) if given else None,
    )
    against(Place(kubeconfig, context), lambda client: put(client, wish))
