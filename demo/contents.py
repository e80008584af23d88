"""What the stand-in Infrahub holds for those who follow the guides: two shops, and a branch with more of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from demo.artifacts import WEBSERVER, Shop
from testkit.infrahub import StandIn

BRANCH: Final = "more-replicas"


def fill(infrahub: StandIn) -> None:
    """Put both shops on main, where one got a new image an hour ago, and a change of that one on the branch."""
    now = datetime.now(UTC)
    infrahub.add_artifact(WEBSERVER, Shop("lisbon").manifest(), since=now - timedelta(hours=3))
    before = Shop("oslo", image="nginx:1.27")
    oslo = infrahub.add_artifact(WEBSERVER, before.manifest(), since=now - timedelta(hours=3))
    infrahub.change(oslo, Shop("oslo").manifest(), since=now - timedelta(hours=1))
    branch_off(infrahub, oslo, Shop("oslo"))


def branch_off(infrahub: StandIn, artifact: str, shop: Shop) -> None:
    """Make the branch, on which a shop has three replicas."""
    infrahub.create_branch(BRANCH)
    infrahub.change(artifact, msgspec.structs.replace(shop, replicas=3).manifest(), branch=BRANCH)
