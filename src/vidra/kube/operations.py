"""The verbs on objects: apply, create, patch, read and delete, each with the preconditions that make it safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from vidra.kube.client import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, Client, encode
from vidra.kube.decode import decode
from vidra.kube.errors import ApiError
from vidra.kube.partial_metadata import METADATA_LIST, METADATA_ONLY, LiveObject

T = TypeVar("T")


async def apply(client: Client, path: str, body: bytes, *, manager: str, force: bool) -> LiveObject:
    """Server-side apply (KEP-555), answered with metadata only.

    With `metadata.uid` in the body, an object that was deleted or recreated is a 409 instead of a creation. With a
    `metadata.resourceVersion` that no object has, an object that exists is a 409 instead of a change.

    Raises:
        UnreachableError: No answer.
        ApiError: Refused; 409 also when another manager holds a field and `force` is false.
    """
    query = {"fieldManager": manager, "force": "true" if force else "false"}
    answer = await client.send("PATCH", path, query=query, body=body, content_type=APPLY_PATCH, accept=METADATA_ONLY)
    return decode(answer, LiveObject)


async def try_apply(client: Client, path: str, body: bytes, *, manager: str, kind: type[T]) -> T:
    """What an object would be after an apply by force (dry run): nothing is written.

    Raises:
        UnreachableError: No answer.
        ApiError: It would be refused.
    """
    query = {"fieldManager": manager, "force": "true", "dryRun": "All"}
    return decode(await client.send("PATCH", path, query=query, body=body, content_type=APPLY_PATCH), kind)


async def create(client: Client, path: str, body: bytes, kind: type[T]) -> T:
    """Create an object.

    Raises:
        UnreachableError: No answer; it may exist now.
        ApiError: Refused; 409 when it exists.
    """
    return decode(await client.send("POST", path, body=body, repeatable=False), kind)


async def merge_patch(client: Client, path: str, patch: Mapping[str, Any], kind: type[T], *, manager: str = "") -> T:
    """JSON merge patch (RFC 7396).

    Args:
        manager: Field manager; empty: the API server names one after the client.

    Raises:
        UnreachableError: No answer.
        ApiError: Refused; 409 when a `metadata.uid` or `resourceVersion` in the patch does not match.
    """
    query = {"fieldManager": manager} if manager else None
    answer = await client.send("PATCH", path, query=query, body=encode(patch), content_type=MERGE_PATCH)
    return decode(answer, kind)


async def patch_metadata(
    client: Client, path: str, metadata: Mapping[str, Any], *, manager: str = "", dry_run: bool = False
) -> LiveObject:
    """JSON merge patch of an object's metadata alone, answered with metadata only.

    Args:
        manager: Field manager; empty: the API server names one after the client.
        dry_run: Return what the object would be, and write nothing.

    Raises:
        UnreachableError: No answer.
        ApiError: Refused; 409 when a `uid` or `resourceVersion` in the metadata does not match.
    """
    query = {"fieldManager": manager} if manager else {}
    answer = await client.send(
        "PATCH",
        path,
        query=query | ({"dryRun": "All"} if dry_run else {}),
        body=encode({"metadata": metadata}),
        content_type=MERGE_PATCH,
        accept=METADATA_ONLY,
    )
    return decode(answer, LiveObject)


async def json_patch(client: Client, path: str, patch: Sequence[Mapping[str, Any]]) -> LiveObject:
    """JSON patch (RFC 6902), answered with metadata only.

    Raises:
        UnreachableError: No answer.
        ApiError: Refused; 409 when a `resourceVersion` in the patch does not match.
    """
    answer = await client.send("PATCH", path, body=encode(patch), content_type=JSON_PATCH, accept=METADATA_ONLY)
    return decode(answer, LiveObject)


async def look(client: Client, path: str) -> LiveObject | None:
    """The metadata of an object, or None when it does not exist.

    If its kind is not served under this path, the result says nothing about the object.

    Raises:
        UnreachableError: No answer.
        ApiError: Refused for another reason than its absence.
    """
    try:
        return await client.get(path, LiveObject, accept=METADATA_ONLY)
    except ApiError as error:
        if error.absent:
            return None
        raise


async def delete(client: Client, path: str, *, uid: str, resource_version: str = "") -> bool:
    """Delete the object with this UID (and version), and no other of the same name.

    Returns:
        Whether it was deleted completely; otherwise finalizers or a grace period keep it for now.

    Raises:
        UnreachableError: No answer.
        ApiError: Refused; 409 when a precondition fails.
    """
    preconditions = {"uid": uid} | ({"resourceVersion": resource_version} if resource_version else {})
    body = encode({"propagationPolicy": "Background", "preconditions": preconditions})
    try:
        answer = await client.send("DELETE", path, body=body, accept=METADATA_ONLY)
    except ApiError as error:
        if error.absent:
            return True
        raise
    # The answer is a Status when the object is deleted, else the object as it is now.
    return decode(answer, LiveObject).metadata.deletion_timestamp is None


async def delete_all(client: Client, path: str, selector: str) -> None:
    """Delete every object of a collection that a label selector matches.

    Raises:
        UnreachableError: No answer.
        ApiError: Refused.
    """
    await client.send("DELETE", path, query={"labelSelector": selector}, accept=METADATA_LIST)
