"""Where one Infrahub lies and listens, and the secrets that only it knows."""

from __future__ import annotations

import secrets
import uuid
from pathlib import Path

import msgspec

from testkit.controlplane.ports import free_port


class Ports(msgspec.Struct, frozen=True):
    """Ports on loopback, one for each that listens."""

    api: int
    tasks: int
    metrics: int
    bolt: int
    redis: int
    amqp: int
    erlang: int
    epmd: int

    @classmethod
    def free(cls) -> Ports:
        """Ports that nobody listens on."""
        found: set[int] = set()
        while len(found) < len(cls.__struct_fields__):
            found.add(free_port())
        return cls(*found)


class Place(msgspec.Struct, frozen=True):
    """The folder of one Infrahub, its ports and its secrets."""

    folder: Path
    ports: Ports
    username: str
    password: str
    admin_token: str
    agent_token: str
    signing_key: str

    @classmethod
    def new(cls, folder: Path) -> Place:
        """A place in a folder, with folders in it for whoever writes."""
        for part in ("neo4j", "redis", "rabbitmq", "prefect", "storage", "git", "home/.prefect"):
            (folder / part).mkdir(parents=True)
        return cls(
            folder=folder,
            ports=Ports.free(),
            username="admin",  # Infrahub makes no other
            password=secrets.token_urlsafe(12),
            admin_token=str(uuid.uuid4()),
            agent_token=str(uuid.uuid4()),
            signing_key=str(uuid.uuid4()),
        )

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def tasks_url(self) -> str:
        """The address of the task manager."""
        return f"http://127.0.0.1:{self.ports.tasks}/api"
