from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Offer = Callable[..., Awaitable[str]]
SOURCE = {"infrahubAPIURL": "https://infrahub.example.com", "artefactName": "webserver", "targetBranch": "main"}
STORED = {"artifactId": "18a0", "checksum": "d41d8cd98f00b204e9800998ecf8427e", "secrets": ["vidra-content-1"]}


def sync(**changed: Any) -> dict[str, Any]:
    """A spec whose source has these fields changed; None takes one away."""
    return {"source": {name: value for name, value in {**SOURCE, **changed}.items() if value is not None}}


def to(**destination: Any) -> dict[str, Any]:
    return {**sync(), "destination": destination}


ACCEPTED = {
    "as the first Vidra": sync(),
    "the other spelling": sync(artefactName=None, artifactName="webserver"),
    "no branch": sync(targetBranch=None),
    "every field": {
        **to(server="https://10.0.0.1:6443", namespace="team-a", createNamespace=True, reconcileOnEvents=True),
        "interval": "1h30m",
        "suspend": True,
        "allowEmpty": True,
    },
    "a context": to(server="https://10.0.0.1:6443", context="admin@edge"),
    "a selector": to(clusterSelector={"matchLabels": {"environment": "edge"}}, namespace="team-a"),
    "every comparison": to(
        clusterSelector={
            "matchExpressions": [
                {"key": "a", "operator": "In", "values": ["b", "c"]},
                {"key": "a", "operator": "NotIn", "values": ["d"]},
                {"key": "e", "operator": "Exists"},
                {"key": "f", "operator": "DoesNotExist"},
            ]
        },
        stopMatching="Leave",
        rollout={"maxConcurrent": 3},
    ),
    "routing by target": {
        **to(clusterSelector={"matchLabels": {"environment": "edge"}}, routing="ByTarget"),
        "source": sync(targets={"names": ["Edge Oslo 1"], "kinds": ["InfraCluster"]})["source"],
    },
    "an empty list that is confirmed": {**sync(), "allowEmpty": "Confirmed"},
    "a ServiceAccount": {**sync(), "serviceAccountName": "deployer.v1", "serviceAccountNamespace": "team-a"},
    "local server": to(server="https://kubernetes.default.svc"),
    "empty server and namespace": to(server="", namespace=""),
    "host and port": sync(infrahubAPIURL="http://infrahub-server.infrahub:8000"),
    "a path": sync(infrahubAPIURL="https://tools.example.com/infrahub/"),
    "an IPv6 address": sync(infrahubAPIURL="http://[2001:db8::1]:8000"),
    "an underscore in the path": sync(infrahubAPIURL="https://tools.example.com/infra_hub"),
}


DATES = ["", "now", "now-2h", "-2d", "+1w", "-1h30m", "-1.5h", "2h", "-2hours"]
DATES += ["2025-01-31", "2025-01-31T12:00:00Z", "2025-01-31T12:00:00.123+02:00", "2025-01-31t12:00:00z"]


@pytest.mark.parametrize("spec", ACCEPTED.values(), ids=ACCEPTED)
async def test_a_good_sync_is_accepted(offer: Offer, spec: dict[str, Any]) -> None:
    assert await offer("InfrahubSync", spec) == ""


@pytest.mark.parametrize("date", DATES)
async def test_a_readable_target_date_is_accepted(offer: Offer, date: str) -> None:
    assert await offer("InfrahubSync", sync(targetDate=date)) == ""


@pytest.mark.parametrize("interval", ["30s", "5m", "1h30m", "1m0s", "500ms", "1.5h", ".5s"])
async def test_a_go_duration_above_zero_is_accepted(offer: Offer, interval: str) -> None:
    assert await offer("InfrahubSync", {**sync(), "interval": interval}) == ""
    assert await offer("VidraResource", {"manifest": "", "interval": interval}) == ""


@pytest.mark.parametrize(
    "spec",
    [{"manifest": "kind: ConfigMap"}, {"content": STORED}, {"destination": {}}, {"reconciledAt": "any new value"}],
    ids=["by hand", "by a sync", "of the first Vidra, from an empty artifact", "asked for a pass"],
)
async def test_a_good_vidraresource_is_accepted(offer: Offer, spec: dict[str, Any]) -> None:
    assert await offer("VidraResource", spec) == ""
