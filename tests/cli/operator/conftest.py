"""A control plane for operators that run as processes of their own, one story after the other."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import Scene, connection_to, defined
from testkit.infrahub import StandIn
from testkit.process import OperatorProcess
from vidra.kube.client import Client

_numbers = itertools.count(1)

NewOperator = Callable[..., Awaitable[OperatorProcess]]


@pytest.fixture(scope="session")
async def own_plane() -> AsyncIterator[ControlPlane]:
    """A control plane with Vidra's definitions, without controllers: namespaces and owned objects stay."""
    async with defined(ControlPlane(controllers=False)) as plane:
        yield plane


@pytest.fixture
async def scene(own_plane: ControlPlane) -> AsyncIterator[Scene]:
    """A namespace, and an Infrahub whose credentials Vidra has; operators are for the test to start."""
    client = Client(connection_to(own_plane))
    async with StandIn() as infrahub:
        scene = Scene(own_plane, client, infrahub, f"processes-{next(_numbers)}")
        await scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": scene.namespace}})
        await scene.credentials()
        yield scene
        await scene.forget_secrets()
    await client.close()


@pytest.fixture
async def new_operator(own_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[NewOperator]:
    """Start operators: ``await new_operator("--leader-elect")``; they end with the test, and never with a traceback."""
    started: list[OperatorProcess] = []

    async def start(*flags: str, plane: ControlPlane = own_plane) -> OperatorProcess:
        operator = OperatorProcess.over(plane, tmp_path, *flags)
        started.append(operator)
        await operator.start()
        return operator

    yield start
    for operator in started:
        await operator.kill()
        assert "Traceback" not in operator.text(), operator.text()
