"""The programs that an Infrahub consists of, each with what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from testkit.controlplane.program import Program
from testkit.parts.infrahub.place import Place
from toolchain.infrahub import InfrahubParts, installed

_WORKER: Final = Path(__file__).with_name("worker.py")
_OPENED: Final = ("java.lang", "java.nio", "java.util.concurrent", "sun.nio.ch")
"""Packages of Java's own that Neo4j reaches into."""
_HEAP: Final = "-Xmx1g"


def neo4j(place: Place, parts: InfrahubParts) -> Program:
    """The database."""
    opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
    source = str(parts.neo4j / "Neo4j.java")
    told = (str(place.folder / "neo4j"), str(place.ports.bolt))
    flags = (_HEAP, *opened, "-cp", f"{parts.neo4j}/*", source, *told)
    return Program(installed("javac").with_name("java"), flags, place.folder, name="neo4j")


def redis(place: Place) -> Program:
    """The cache, and the locks."""
    flags = ("--bind", "127.0.0.1", "--port", str(place.ports.redis), "--dir", str(place.folder / "redis"))
    return Program(installed("redis-server"), (*flags, "--save", "", "--appendonly", "no"), place.folder)


def epmd(place: Place) -> Program:
    """Erlang's list of who is where: one of our own, so that RabbitMQ starts none for the whole machine."""
    flags = ("-address", "127.0.0.1", "-port", str(place.ports.epmd))
    return Program(installed("epmd"), flags, place.folder)


def rabbitmq(place: Place) -> Program:
    """The message bus, with no file outside of the place."""
    folder, ports = place.folder / "rabbitmq", place.ports
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{ports.amqp}\ndefault_user = infrahub\ndefault_pass = infrahub\n"
        "log.file = false\nlog.console = true\nlog.console.level = warning\n"
    )
    (folder / "enabled_plugins").write_text("[].\n")
    environment = {
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(ports.epmd),
        "RABBITMQ_NODENAME": f"vidra{ports.amqp}@localhost",
        "RABBITMQ_DIST_PORT": str(ports.erlang),
        # With these two the script becomes the broker instead of watching over it, which then ends with these tests.
        "RABBITMQ_ALLOW_INPUT": "true",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
    }
    return Program(installed("rabbitmq-server"), (), place.folder, environment)


def tasks(place: Place, parts: InfrahubParts, environment: Mapping[str, str]) -> Program:
    """The task manager."""
    flags = ("-m", "uvicorn", "--host", "127.0.0.1", "--port", str(place.ports.tasks))
    app = ("--factory", "infrahub.prefect_server.app:create_infrahub_prefect")
    return Program(parts.python, (*flags, *app), place.folder, environment, name="tasks")


def server(place: Place, parts: InfrahubParts, environment: Mapping[str, str]) -> Program:
    """The API."""
    flags = ("-m", "uvicorn", "--host", "127.0.0.1", "--port", str(place.ports.api), "infrahub.server:app")
    return Program(parts.python, flags, place.folder, environment, name="server")


def worker(place: Place, parts: InfrahubParts, environment: Mapping[str, str]) -> Program:
    """Who runs transforms and reads repositories."""
    own = {"INFRAHUB_API_TOKEN": place.agent_token, "INFRAHUB_METRICS_PORT": str(place.ports.metrics)}
    return Program(parts.python, (str(_WORKER),), place.folder, {**environment, **own}, name="worker")
