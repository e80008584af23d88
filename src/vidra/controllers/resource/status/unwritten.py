"""Writes the status of a reconcile, later if it cannot be written now: nothing is applied again because of it."""

from __future__ import annotations

from vidra.controllers.resource.apply.result import ReconcileResult
from vidra.controllers.resource.state import ResourceState
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.kube.errors import ApiError, KubeError


async def write_result(state: ResourceState, writer: StatusWriter, result: ReconcileResult) -> None:
    """Say what a reconcile came to.

    Raises:
        KubeError: It could not be written; `write_unwritten` does it before anything else is done.
        TooLarge: It never can be.
    """
    try:
        await writer.done(result)
    except KubeError:
        state.unwritten = writer, result
        raise


async def write_unwritten(state: ResourceState) -> None:
    """Write the status that an earlier reconcile could not.

    Raises:
        KubeError: It still cannot be written.
        TooLarge: It never can be.
    """
    if state.unwritten is None:
        return
    (writer, result), state.unwritten = state.unwritten, None
    try:
        await write_result(state, writer, result)
    except ApiError as error:
        if not (error.conflict or error.not_found):
            raise
        state.unwritten = None  # It is about a VidraResource that is no more.
