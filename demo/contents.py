"""What the stand-in Infrahub holds for those who follow the guides: two shops, and a branch with more of one."""

from __future__ import annotations

from typing import Final

import msgspec

from demo.artifacts import WEBSERVER, Shop
from testkit.infrahub import StandIn

BRANCH: Final = "more-replicas"
CITIES: Final = ("lisbon", "oslo")


def fill(infrahub: StandIn) -> None:
    """Put both shops on main, and the change of one on the branch."""
    ids = {city: infrahub.add_artifact(WEBSERVER, Shop(city).manifest()) for city in CITIES}
    branch_off(infrahub, ids["oslo"], Shop("oslo"))


def branch_off(infrahub: StandIn, artifact: str, shop: Shop) -> None:
    """Make the branch, on which a shop has three replicas."""
    infrahub.create_branch(BRANCH)
    infrahub.change(artifact, msgspec.structs.replace(shop, replicas=3).manifest(), branch=BRANCH)
