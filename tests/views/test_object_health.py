"""Nothing is shown as healthy that the status does not say to be."""

import pytest

from vidra.api.health import Status, UnhealthyObject
from vidra.api.resource import ManagedObject, ResourceStatus
from vidra.views.object_health import ObjectHealth

BAD = UnhealthyObject("ConfigMap web/bad (v1)", Status.FAILED, "broken")
OBJECTS = tuple(ManagedObject("v1", "ConfigMap", name, "web") for name in ("bad", "good", "other"))


@pytest.mark.parametrize(
    ("said", "good"),
    [
        ({"health": Status.FAILED, "healthy_objects": 2, "unhealthy_objects": 1, "unhealthy": (BAD,)}, None),
        # Two more are unhealthy, and are not named.
        ({"health": Status.FAILED, "unhealthy_objects": 3, "unhealthy": (BAD,)}, Status.UNKNOWN),
        # Nothing was seen.
        ({"health": Status.UNKNOWN}, Status.UNKNOWN),
        ({}, Status.UNKNOWN),
        # An operator that counts nothing yet.
        ({"health": Status.CURRENT}, None),
    ],
    ids=["all are named", "some are named", "not seen", "never looked at", "not counted"],
)
def test_an_object_is_healthy_only_if_it_is_said_to_be(said: dict[str, object], good: Status | None) -> None:
    status = ResourceStatus(managed_resources=OBJECTS, **said)  # type: ignore[arg-type]
    found = ObjectHealth(status)
    other = found.of("ConfigMap web/good (v1)")
    assert (other and other.health) == good
    if "unhealthy" in said:
        assert found.of("ConfigMap web/bad (v1)") == BAD
