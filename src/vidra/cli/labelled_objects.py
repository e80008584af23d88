"""`list`, `get` and `delete` of the objects that Vidra finds by a label: credentials, clusters, settings."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from vidra.cli.options import ContextOption, KubeconfigOption, Output, OutputOption, Place, YesOption
from vidra.cli.parsing import Argument, Group
from vidra.cli.terminal import echo
from vidra.common.urls import host_of

if TYPE_CHECKING:
    from vidra.cli.output import Column
    from vidra.kube.client import Client

Json = dict[str, Any]


class Labelled(NamedTuple):
    """One sort of such objects."""

    what: str
    """For sentences."""
    kind: str
    plural: str
    selector: str
    columns: "Callable[[], Sequence[Column]]"
    consequences: "Callable[[Client, Json], Awaitable[Sequence[str]]]"
    """What the deletion of one would mean, in sentences."""
    name_help: str
    label: str = ""
    """Its value may stand for the name."""
    name_default: Any = ...
    """The name that is meant when none is given; without one a name has to be given."""
    none: str = ""
    """What to add where there are none."""


def add_list(app: Group, sort: Labelled, text: str) -> None:
    """Add `list`.

    Args:
        text: Its help.
    """

    def list_(
        output: OutputOption = Output.TABLE, kubeconfig: KubeconfigOption = "", context: ContextOption = ""
    ) -> None:
        from vidra.cli.output import show
        from vidra.cli.session import against

        items = against(Place(kubeconfig, context), lambda client: _ask(client, sort))
        show(items, output, sort.columns(), none=f"there are no {sort.what}{sort.none}")

    app.command("list", text=text)(list_)


def add_get(app: Group, sort: Labelled, text: str) -> None:
    """Add `get NAME`."""

    def get(
        name: Annotated[str, Argument(help=sort.name_help)],
        output: OutputOption = Output.TABLE,
        kubeconfig: KubeconfigOption = "",
        context: ContextOption = "",
    ) -> None:
        from vidra.cli.output import show
        from vidra.cli.session import against

        found = against(Place(kubeconfig, context), lambda client: _find(client, sort, name))
        show([found], output, sort.columns(), alone=True)

    app.command("get", text=text)(get)


def add_delete(app: Group, sort: Labelled, text: str) -> None:
    """Add `delete NAME`, which deletes it if the person agrees to what that means."""

    def delete(
        name: Annotated[str, Argument(help=sort.name_help)] = sort.name_default,
        yes: YesOption = False,
        kubeconfig: KubeconfigOption = "",
        context: ContextOption = "",
    ) -> None:
        from vidra.cli.prompt import agreed
        from vidra.cli.session import against
        from vidra.cli.terminal import one_line

        place = Place(kubeconfig, context)
        item, sentences = against(place, lambda client: _look(client, sort, name))
        for sentence in sentences:
            echo(one_line(sentence), err=True)
        agreed(f"Delete the {sort.kind} {_named(item)}?", yes=yes)
        against(place, lambda client: _delete(client, sort, item))
        echo(f"{sort.kind.lower()}/{item['metadata']['name']} deleted")

    app.command("delete", text=text)(delete)


async def _look(client: "Client", sort: Labelled, name: str) -> "tuple[Json, Sequence[str]]":
    found = await _find(client, sort, name)
    return found, await sort.consequences(client, found)


async def _ask(client: "Client", sort: Labelled) -> list[Json]:
    from vidra.views.hub_objects import listed

    items = await listed(client, f"/api/v1/{sort.plural}", dict, sort.selector)
    return sorted(({"apiVersion": "v1", "kind": sort.kind, **item} for item in items), key=_named)


async def _find(client: "Client", sort: Labelled, name: str) -> Json:
    from vidra.cli.errors import CommandError

    items = await _ask(client, sort)
    found = [item for item in items if name in {item["metadata"]["name"], _named(item)}]
    found = found or [item for item in items if sort.label and name in _meant(item, sort.label)]
    if not found:
        raise CommandError(f"there are no {sort.what} {name!r}")
    if len(found) > 1:
        raise CommandError(f"{name!r} stands for several: write one of {', '.join(_named(item) for item in found)}")
    return found[0]


def _meant(item: Json, label: str) -> set[str | None]:
    """What may stand for the name: the label, or the annotation that says what does not fit into one, or its host."""
    return {item["metadata"]["labels"].get(label), noted(item, label) or None, host_of(noted(item, label)) or None}


def noted(item: Json, label: str) -> str:
    """The annotation of a label's name; empty when there is none."""
    return str((item["metadata"].get("annotations") or {}).get(label, ""))


async def _delete(client: "Client", sort: Labelled, item: Json) -> None:
    from vidra.kube.operations import delete

    metadata = item["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/{sort.plural}/{metadata['name']}"
    await delete(client, path, uid=metadata["uid"])


def _named(item: Json) -> str:
    return f"{item['metadata']['namespace']}/{item['metadata']['name']}"
