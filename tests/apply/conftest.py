"""Objects and entries to plan with."""

from collections.abc import Callable

import pytest

from testkit.digests import DIGESTS
from vidra.apply.desired.object import DesiredObject, build_desired_object
from vidra.apply.field_owner import Owner
from vidra.kube.discovery import Kind
from vidra.manifests import ManifestObject, Ref

NewDesired = Callable[..., DesiredObject]


@pytest.fixture(scope="session")
def desired() -> NewDesired:
    """``desired("ConfigMap", "name", value="1")``: an object as it will be sent."""

    def make(kind: str, name: str, *, api_version: str = "v1", value: str = "") -> DesiredObject:
        body = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "data": {"value": value}}
        served = Kind(api_version, kind, f"{kind.lower()}s", namespaced=kind != "Namespace")
        item = ManifestObject(Ref(api_version, kind, "", name), body, 1)
        return build_desired_object(item, served, "", "ns", Owner("hub", "me"), digests=DIGESTS)

    return make
