"""A server of Git on loopback with one repository, and what Vidra reads there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from testkit.parts.git import GitServer, Repository
from testkit.sources import Remarks
from vidra.api.sources import GitSource
from vidra.sources.git import GitKind
from vidra.sources.git.source import GitRepository
from vidra.sources.lent import Lent

Open = Callable[..., "GitRepository"]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[GitServer]:
    async with GitServer(tmp_path / "served") as running:
        yield running


@pytest.fixture
def repository(server: GitServer) -> Repository:
    return server.repository()


@pytest.fixture
def url(server: GitServer) -> str:
    return f"{server.url}/team/repo.git"


@pytest.fixture
async def kind(lent: Lent) -> AsyncIterator[GitKind]:
    kind = GitKind(lent)
    yield kind
    await kind.close()


@pytest.fixture
def spec(url: str) -> GitSource:
    return GitSource(url=url, insecure=True)


@pytest.fixture
async def source(kind: GitKind, spec: GitSource, remarks: Remarks) -> GitRepository:
    return await kind.open(spec, remarks)
