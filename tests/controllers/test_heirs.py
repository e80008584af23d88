"""For whom a sync that is being deleted waits."""

from typing import Any

import pytest

from vidra.api.conditions import Condition
from vidra.api.meta import Meta
from vidra.api.reasons import Reason
from vidra.api.resource import Content, ManagedObject, ObjectProblem, ResourceSpec, ResourceStatus, VidraResource
from vidra.api.sources import InfrahubSource
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec, SyncDestination, SyncStatus
from vidra.controllers.sync.prune.sync_successors import successors

NOT_YET = Reason.INFRAHUB_UNREACHABLE


def sync(
    name: str,
    artifact: str = "A",
    *,
    url: str = "http://infrahub",
    server: str | None = None,
    reason: Reason | None = None,
    generation: int = 1,
    meta: dict[str, Any] | None = None,
    **spec: Any,
) -> InfrahubSync:
    conditions = _conditions(reason is Reason.SYNCED, reason) if reason else ()
    return InfrahubSync(
        Meta(name=name, generation=generation, **(meta or {})),
        InfrahubSyncSpec(
            source=InfrahubSource(infrahub_api_url=url, artifact_name=artifact),
            destination=SyncDestination(server=server),
            **spec,
        ),
        SyncStatus(conditions=conditions),
    )


def made(id_: str, *objects: str, ready: bool = True, problem: str = "", generation: int = 1) -> VidraResource:
    problems = (ObjectProblem(Reason.REFUSED, "no", f"ConfigMap here/{problem} (v1)"),) if problem else ()
    return VidraResource(
        Meta(name=f"vr-{id_}", generation=generation),
        ResourceSpec(content=Content(artifact_id=id_, checksum="1", secrets=())),
        ResourceStatus(
            observed_generation=1,
            conditions=_conditions(ready, Reason.APPLIED),
            managed_resources=tuple(ManagedObject("v1", "ConfigMap", name, "here") for name in objects),
            problems=problems,
        ),
    )


def _conditions(ready: bool, reason: Reason) -> tuple[Condition, ...]:
    return (Condition("Ready", "True" if ready else "False", reason, observed_generation=1),)


def waits(other: InfrahubSync, *theirs: VidraResource) -> bool:
    groups = {"old": [made("1", "a", "b")], "new": list(theirs)}
    old = sync("old", meta={"deletion_timestamp": "2026-01-01T00:00:00Z"})
    return successors(old, [old, other], lambda name: groups[name]) == ("new",)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (sync("new"), True),
        (sync("new", "B"), True),
        (sync("new", reason=Reason.PROGRESSING), True),
        (sync("new", reason=Reason.SYNCED), False),
        (sync("new", reason=Reason.SYNCED, generation=2), True),
        (sync("new", reason=NOT_YET), True),
        (sync("new", "B", reason=NOT_YET), False),
        (sync("new", url="http://infrahub/"), True),
        (sync("new", url="http://other"), True),
        (sync("new", url="http://other", reason=NOT_YET), False),
        (sync("new", server="https://kubernetes.default.svc"), True),
        (sync("new", server="https://other"), False),
        (sync("new", suspend=True), False),
        (sync("new", meta={"deletion_timestamp": "2026-01-01T00:00:00Z"}), False),
    ],
)
def test_who_may_be_an_heir(other: InfrahubSync, expected: bool) -> None:
    assert waits(other) is expected


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (made("2", "z", ready=False), False),
        (made("1", "z", ready=False), True),
        (made("2", "a", ready=False), True),
        (made("2", "a", "z", ready=False, problem="z"), False),
        (made("2", "a", "z", ready=False, problem="b"), True),
        (made("2", ready=False, generation=2), True),
    ],
)
def test_an_heir_is_one_that_has_artifacts_or_objects_in_common(theirs: VidraResource, expected: bool) -> None:
    assert waits(sync("new", "B", reason=Reason.RESOURCES_NOT_READY), theirs) is expected


def test_nobody_is_waited_for_when_nothing_is_left_to_hand_over() -> None:
    old = sync("old")
    assert successors(old, [sync("new")], lambda _: []) == ()
