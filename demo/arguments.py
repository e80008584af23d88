"""What the demo can be told."""

import argparse


def once() -> bool:
    """Whether it ends by itself."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Shows Vidra at work on a real Kubernetes control plane, started here, and a stand-in Infrahub.",
    )
    parser.add_argument("--once", action="store_true", help="end as soon as everything was seen; the exit code says so")
    given: bool = parser.parse_args().once
    return given
