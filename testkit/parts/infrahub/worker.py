"""Starts Infrahub's worker; a script for the Python that has Infrahub.

The worker serves its metrics to everybody who reaches this machine, and no setting changes that.
"""

import sys
from functools import partial

import prometheus_client


def main() -> None:
    """Become the worker, with its metrics on loopback."""
    prometheus_client.start_http_server = partial(prometheus_client.start_http_server, addr="127.0.0.1")
    from prefect.cli import app  # noqa: PLC0415 — only after the line above

    sys.argv[1:] = ["worker", "start", "--type", "infrahubasync", "--pool", "infrahub-worker"]
    app()


if __name__ == "__main__":
    main()
