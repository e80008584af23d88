"""Whatever people, Infrahub, the network and death do to it: nothing is lost or stolen, and all ends as wished."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from testkit.model.machine import Machine
from testkit.model.world import World
from testkit.thorough import amount

STEPS = amount(60, 200)

pytestmark = pytest.mark.thorough
SHORT = settings(
    max_examples=amount(3, 7),
    stateful_step_count=35,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


def test_random_stories_end_as_wished(world: World) -> None:
    machine = type("Stories", (Machine,), {"world": world})
    try:
        run_state_machine_as_test(machine, settings=SHORT)
    except Exception:
        if not world.wrong:
            raise
        pytest.fail(world.wrong[0], pytrace=False)
    assert world.steps >= STEPS
