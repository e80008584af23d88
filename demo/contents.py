"""What the stand-in Infrahub holds, in the demo and for those who follow the guides: two shops, and a branch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from demo.artifacts import WEBSERVER, Shop
from testkit.infrahub import StandIn

BRANCH: Final = "more-replicas"
LISBON: Final = Shop("lisbon")
OSLO: Final = Shop("oslo")
BEFORE: Final = msgspec.structs.replace(OSLO, image="nginx:1.27")
"""The shop in Oslo as it was until an hour ago."""


def fill(infrahub: StandIn) -> None:
    """Put both shops on main, and a change of one on a branch."""
    _, oslo = add_shops(infrahub)
    branch_off(infrahub, oslo)


def add_shops(infrahub: StandIn) -> tuple[str, str]:
    """Put the shops in Lisbon and Oslo on main, where that in Oslo got a new image an hour ago; the artifacts' ids."""
    now = datetime.now(UTC)
    lisbon = infrahub.add_artifact(WEBSERVER, LISBON.manifest(), since=now - timedelta(hours=3))
    oslo = infrahub.add_artifact(WEBSERVER, BEFORE.manifest(), since=now - timedelta(hours=3))
    infrahub.change(oslo, OSLO.manifest(), since=now - timedelta(hours=1))
    return lisbon, oslo


def branch_off(infrahub: StandIn, oslo: str) -> None:
    """Make the branch, on which the shop in Oslo has three replicas."""
    infrahub.create_branch(BRANCH)
    infrahub.change(oslo, msgspec.structs.replace(OSLO, replicas=3).manifest(), branch=BRANCH)
