"""What Infrahub's programs read from their environment: everything on loopback, and nothing told to anybody."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from testkit.parts.infrahub.place import Place

_HERE = "127.0.0.1"


def settings(place: Place, python: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of the server, the worker and the task manager; `more` wins."""
    folder, ports = place.folder, place.ports
    return {
        "HOME": str(folder / "home"),
        "PATH": f"{python.parent}:{os.environ.get('PATH', '')}",
        "NO_PROXY": _HERE,
        "DO_NOT_TRACK": "1",
        "INFRAHUB_ADDRESS": place.url,
        "INFRAHUB_INTERNAL_ADDRESS": place.url,
        "INFRAHUB_INITIAL_ADMIN_PASSWORD": place.password,
        "INFRAHUB_INITIAL_ADMIN_TOKEN": place.admin_token,
        "INFRAHUB_INITIAL_AGENT_TOKEN": place.agent_token,
        "INFRAHUB_SECURITY_SECRET_KEY": place.signing_key,
        "INFRAHUB_DB_ADDRESS": _HERE,
        "INFRAHUB_DB_PORT": str(ports.bolt),
        "INFRAHUB_CACHE_ADDRESS": _HERE,
        "INFRAHUB_CACHE_PORT": str(ports.redis),
        "INFRAHUB_BROKER_ADDRESS": _HERE,
        "INFRAHUB_BROKER_PORT": str(ports.amqp),
        "INFRAHUB_WORKFLOW_ADDRESS": _HERE,
        "INFRAHUB_WORKFLOW_PORT": str(ports.tasks),
        "INFRAHUB_WORKFLOW_WORKER_POLLING_INTERVAL": "1",
        "INFRAHUB_STORAGE_LOCAL_PATH": str(folder / "storage"),
        "INFRAHUB_GIT_REPOSITORIES_DIRECTORY": str(folder / "git"),
        "INFRAHUB_TELEMETRY_OPTOUT": "true",
        "INFRAHUB_ANALYTICS_ENABLE": "false",
        "INFRAHUB_TIMEOUT": "300",  # a busy machine must not make generations fail
        "PREFECT_API_URL": place.tasks_url,
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder / 'prefect' / 'tasks.db'}",
        "PREFECT_API_DATABASE_TIMEOUT": "120",  # the same: it answers 503 to who waits longer
        "PREFECT_SERVER_API_MAX_PARAMETER_SIZE": str(16 << 20),  # a schema is a parameter of over 0.5 MiB
        "PREFECT_UI_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        **more,
    }
