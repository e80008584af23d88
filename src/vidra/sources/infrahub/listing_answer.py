"""The answer of the stored query → a listing; what is incomplete is said to be, what is no list is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec
from msgspec import UNSET, Raw, UnsetType

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.typed_json import LINE, OtherShapeError, UnreadableError, decode
from vidra.sources.infrahub.errors import told
from vidra.sources.protocol import Listing, SourceError, Unit
from vidra.sources.transport.messages import Answer

_USUAL_ROOT = "CoreArtifact"
_FAILED = "Error"
_MOST_FIELDS = 100
"""Of an answer: each of them is tried, and an Infrahub that means no good can send millions."""


class NotGraphQLError(Exception):
    """The body is no answer of GraphQL; the text says what is wrong with it."""


def read_listing(said: Answer, artifact_name: str, most: int) -> Listing:
    """Read a list of artifacts.

    Args:
        most: How many it may hold.

    Raises:
        NotGraphQLError: It is none of Infrahub's answers.
        SourceError: Infrahub answers, but not with the list of these artifacts (QUERY_FAILED), or too many (TOO_LARGE).
    """
    answer = _decode(said.body)
    root = _root(answer, said.secrets)
    if len(root.edges) > most:
        raise _too_many(len(root.edges), most)
    nodes = [_node(edge) for edge in root.edges]
    good = [node for node in nodes if node is not None and isinstance(node.id, str) and _has_checksum(node)]
    _check_fields(nodes)
    _check_names([node for node in nodes if node is not None], artifact_name)
    artifacts = {node.id: node for node in reversed(good)}
    beside = [f"Infrahub reports beside the list: {told(answer.errors, said.secrets)}"] if answer.errors else []
    suspects = _suspects(root, nodes, len(good), len(artifacts))
    return Listing(tuple(_artifact(node) for node in reversed(artifacts.values())), "; ".join([*beside, *suspects]))


def _decode(body: bytes) -> Body:
    try:
        answer = decode(body, Body)
    except OtherShapeError as error:
        raise NotGraphQLError(f"the query's answer has another shape ({error})") from None
    except UnreadableError as error:
        raise NotGraphQLError(f"the query's answer cannot be read: {error}") from None
    if answer.data is UNSET and not answer.errors:
        raise NotGraphQLError("the query's answer holds no `data`")
    return answer


def _root(answer: Body, secrets: Collection[str]) -> Root:
    """The one list in the answer, whatever the query calls it."""
    if len(answer.data or {}) > _MOST_FIELDS:
        raise _failed(f"it selects more than {_MOST_FIELDS} fields; let it select {_USUAL_ROOT} alone")
    roots = {key: root for key, raw in (answer.data or {}).items() if (root := _list(raw)) is not None}
    if _USUAL_ROOT in roots:
        return roots[_USUAL_ROOT]
    if len(roots) == 1:
        return next(iter(roots.values()))
    if answer.errors:
        raise _failed(f"Infrahub says: {told(answer.errors, secrets)}")
    if roots:
        found = one_line(", ".join(roots), LINE)
        raise _failed(f"it selects several lists ({found}); let it select {_USUAL_ROOT} alone")
    raise _failed(
        f"its answer holds no list; let it select {_USUAL_ROOT} {{ edges {{ node {{ id checksum {{ value }} }} }} }}"
    )


def _list(raw: Raw) -> Root | None:
    try:
        return decode(raw, Root)
    except UnreadableError:
        return None


def _node(raw: Raw) -> Node | None:
    try:
        return decode(raw, Edge).node
    except UnreadableError:
        return None


def _has_checksum(node: Node) -> bool:
    return isinstance(node.checksum, Text) and node.checksum.value is not UNSET


def _check_fields(nodes: list[Node | None]) -> None:
    """A field that no node has is one that the query does not select."""
    seen = [node for node in nodes if node is not None]
    if seen and not any(isinstance(node.id, str) for node in seen):
        raise _failed("its nodes have no `id`; let it select id")
    if seen and not any(_has_checksum(node) for node in seen):
        raise _failed("its nodes have no checksum; let it select checksum { value }")


def _check_names(nodes: list[Node], wanted: str) -> None:
    """A query that ignores its variable lists every artifact there is: none of that may be applied."""
    other = next((name for node in nodes if (name := text(node.name)) is not None and name != wanted), None)
    if other is not None:
        raise _failed(
            f"it also lists {one_line(other, LINE)!r}: it does not filter by its variable; "
            "let it select CoreArtifact(name__value: $artifactname)"
        )


def _suspects(root: Root, nodes: list[Node | None], good: int, distinct: int) -> Iterator[str]:
    if good < len(nodes):
        yield f"{len(nodes) - good} of {len(nodes)} entries have no id or no checksum"
    if distinct < good:
        yield f"entries that are there more than once: {good - distinct}"
    if root.count is not None and root.count > len(nodes):
        yield f"Infrahub counts {root.count} artifacts and lists {len(nodes)}; let the query select them all"


def _artifact(node: Node) -> Unit:
    assert isinstance(node.id, str)
    return Unit(node.id, text(node.checksum), failed=text(node.status) == _FAILED)


def _too_many(there: int, most: int) -> SourceError:
    return SourceError(
        Reason.TOO_LARGE,
        f"it lists {there:,} artifacts, and one sync takes {most:,}: nothing of it is read, and what is applied stays; "
        "give them several names and each name a sync, or raise the operator's --max-artifacts",
    )


def _failed(why: str) -> SourceError:
    return SourceError(Reason.QUERY_FAILED, why)


class Body(msgspec.Struct):
    """An answer of GraphQL."""

    data: dict[str, Raw] | UnsetType | None = UNSET
    errors: object = None


class Root(msgspec.Struct):
    """One list in it."""

    edges: list[Raw]
    count: int | None = None


class Text(msgspec.Struct):
    """An attribute."""

    value: str | UnsetType | None = UNSET


class Node(msgspec.Struct):
    """An artifact."""

    id: str | UnsetType = UNSET
    checksum: Text | UnsetType = UNSET
    status: Text | UnsetType | None = UNSET
    name: Text | UnsetType | None = UNSET


class Edge(msgspec.Struct):
    """Its place in the list."""

    node: Node | None = None


def text(attribute: Text | UnsetType | None) -> str | None:
    """The value of an attribute that may not be there."""
    return attribute.value if isinstance(attribute, Text) and isinstance(attribute.value, str) else None
