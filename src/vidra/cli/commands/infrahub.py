"""`vidra infrahub`: what Infrahub itself needs to know."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

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

app = Group("What Infrahub itself needs to know.")
webhook = Group("Calls of Infrahub when an artifact changed.")
app.add("webhook", webhook, panel="Commands")
query = Group("The stored query that Vidra asks Infrahub with.")
app.add("query", query, panel="Commands")


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
    bool, Option("--rotate", help="Take a new key; the one before stays good until the next time.")
]
BindOption = Annotated[bool, Option("--bind", help="Use the key for this Infrahub only, as syncs name its address.")]
KeySecretOption = Annotated[
    str, Option(help="Name of the Secret with the key. Default: vidra-webhook; with --bind, from the address.")
]
SkipVerifyOption = Annotated[
    bool, Option("--insecure-skip-tls-verify", help="Have Infrahub take any certificate of Vidra's.")
]
UsernameOption = Annotated[
    str, Option("--username", "-u", help="User of Infrahub; the password is asked for.", show_default=False)
]
TokenFileOption = Annotated[
    str, Option(help="File with an API token instead; '-' is standard input.", show_default=False)
]


@webhook.command("apply")
def apply(
    infrahub: Annotated[str, Argument(help="Address of the Infrahub.")],
    url: Annotated[str, Option(help="Where Infrahub reaches Vidra: the address of /webhooks/infrahub.")],
    name: Annotated[str, Option(help="What the names of the webhooks in Infrahub begin with.")] = "vidra",
    branches: Annotated[Branches, Option(help="Branches that Infrahub sends notifications of.")] = Branches.ALL,
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
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Make an Infrahub call Vidra when an artifact changes, or update that; then check it.

    The key is the one in the Secret; a strong one is made if there is none. Infrahub gets three webhooks: for new,
    changed and deleted artifacts. One that was switched off is switched on. Without a user or token of your own, the
    credentials are those that Vidra has.

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


@query.command("apply")
def apply_query(
    infrahub: Annotated[str, Argument(help="Address of the Infrahub.")],
    name: Annotated[str, Option(help="Name of the query; the setting queryName has to say the same.")] = "ArtifactIDs",
    username: UsernameOption = "",
    password_file: PasswordFileOption = "",
    token_file: TokenFileOption = "",
    password: PasswordOption = "",
    token: TokenOption = "",
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Give an Infrahub the stored query that Vidra needs, or change the one of that name.

    Without a user or token of your own, the credentials are those that Vidra has.

    Example: vidra infrahub query apply https://infrahub.example.com
    """
    from vidra.cli.credentials_secret import credential_from
    from vidra.cli.session import against
    from vidra.cli.stored_query import apply_stored_query
    from vidra.cli.terminal import one_line

    given = username or password_file or token_file or token
    credential = credential_from(username, password_file, token_file, password, token) if given else None
    done = against(
        Place(kubeconfig, context), lambda client: apply_stored_query(client, infrahub, name, namespace, credential)
    )
    echo(one_line(f"{infrahub}: query {name} {done}"))
