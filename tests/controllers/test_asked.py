"""When Infrahub is asked again, whatever it says about that."""

import pytest

from vidra.api.meta import Meta
from vidra.api.reasons import Reason
from vidra.api.sources import InfrahubSource
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec, SyncDestination
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.source.poll_state import failed

SOURCE = InfrahubSource(infrahub_api_url="https://infrahub.example.com", artifact_name="web")
SYNC = InfrahubSync(metadata=Meta(name="web"), spec=InfrahubSyncSpec(source=SOURCE, destination=SyncDestination()))


@pytest.mark.parametrize(
    ("asked_for", "longest"), [(None, 60), (5.0, 5), (120.0, 120), (1e9, 3600), (float("inf"), 3600)]
)
async def test_it_is_asked_again_within_an_hour_at_the_latest(asked_for: float | None, longest: float) -> None:
    failure = SyncProblem(Reason.INFRAHUB_ERROR, "slow down")
    assert 0 < failed(SYNC, None, 60, failure, asked_for).wait(SYNC) <= longest
