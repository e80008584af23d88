"""The answer of the stored query → a listing; what is incomplete is said to be, what is no list is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import UNSET, Raw

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.sources.infrahub import ArtifactTargets
from vidra.api.typed_json import LINE, OtherShapeError, UnreadableError, decode
from vidra.common.text import limited
from vidra.sources.infrahub.errors import told
from vidra.sources.infrahub.listing_shapes import Body, Edge, Node, Root, Text, text
from vidra.sources.infrahub.selection import Selection
from vidra.sources.infrahub.target import Members, Relation, Target, fits, unmatched
from vidra.sources.protocol import Listing, SourceError, Unit
from vidra.sources.transport.messages import Answer

_USUAL_ROOT = "CoreArtifact"
_FAILED = "Error"
_NAMED = 5
"""Words of a sync that a remark names."""
_MOST_FIELDS = 100
"""Of an answer: each of them is tried, and an Infrahub that means no good can send millions."""


class NotGraphQLError(Exception):
    """The body is no answer of GraphQL; the text says what is wrong with it."""


def read_listing(said: Answer, selection: Selection, most: int) -> Listing:
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
    _check_names([node for node in nodes if node is not None], selection.artifact_name)
    artifacts = {node.id: node for node in reversed(good)}
    beside = [f"Infrahub reports beside the list: {told(answer.errors, said.secrets)}"] if answer.errors else []
    suspects = [*beside, *_suspects(root, nodes, len(good), len(artifacts))]
    found = list(reversed(artifacts.values()))
    if selection.targets is None:
        return Listing(tuple(map(_artifact, found)), "; ".join(suspects))
    return _selected(found, selection.targets, suspects)


def _selected(found: list[Node], wanted: ArtifactTargets, suspects: list[str]) -> Listing:
    """The artifacts for some objects.

    Invariant: an artifact whose object is not known is neither taken nor taken for one that is not wanted: the list is
    incomplete.
    """
    read = [(node, target) for node in found if (target := _target(node)) is not None]
    _check_targets(len(found), [target for _, target in read], wanted)
    known = [(node, target) for node, target in read if _is_told(target, wanted)]
    if len(known) < len(found):
        suspects.append(f"{len(found) - len(known)} of {len(found)} artifacts do not say which object they are for")
    units = tuple(_artifact(node, target) for node, target in known if fits(wanted, target))
    nowhere = unmatched(wanted, [target for _, target in known])
    remarks = (f"spec.source.targets: no artifact is for {limited(nowhere, _NAMED)}",) if nowhere and units else ()
    return Listing(units, "; ".join(suspects), remarks=remarks, left_out=len(known) - len(units))


def _check_targets(listed: int, targets: list[Target], wanted: ArtifactTargets) -> None:
    """What no artifact has is what the query does not select."""
    lacks = "which object an artifact is for" if listed and not targets else ""
    if targets and not any(_is_told(target, wanted) for target in targets):
        lacks = "the kind of that object" if not wanted.groups or _has_groups(targets[0]) else "the groups it is in"
    if lacks:
        raise _failed(
            f"it does not select {lacks}; give Infrahub the one that does: vidra infrahub query apply ADDRESS"
        )


def _target(node: Node) -> Target | None:
    try:
        target = decode(node.object, Relation).node if isinstance(node.object, Raw) else None
    except UnreadableError:
        return None
    return target if target is not None and target.id else None


def _is_told(target: Target, wanted: ArtifactTargets) -> bool:
    """Whether all is known of an object that a sync asks for."""
    return not (wanted.kinds and not target.kind) and not (wanted.groups and not _has_groups(target))


def _has_groups(target: Target) -> bool:
    return isinstance(target.groups, Members)


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


def _artifact(node: Node, target: Target | None = None) -> Unit:
    assert isinstance(node.id, str)
    names = target.names if target else ()
    return Unit(node.id, text(node.checksum), failed=text(node.status) == _FAILED, target=names)


def _too_many(there: int, most: int) -> SourceError:
    return SourceError(
        Reason.TOO_LARGE,
        f"it lists {there:,} artifacts, and one sync takes {most:,}: nothing of it is read, and what is applied stays; "
        "give them several names and each name a sync, or raise the operator's --max-artifacts",
    )


def _failed(why: str) -> SourceError:
    return SourceError(Reason.QUERY_FAILED, why)
