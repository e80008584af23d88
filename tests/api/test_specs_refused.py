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


REFUSED = {
    "no source": ({}, "spec.source: Required value"),
    "no address": (sync(infrahubAPIURL=None), "spec.source.infrahubAPIURL: Required value"),
    "no name": (sync(artefactName=None), "spec.source.artifactName: Required value: name the artifacts to sync"),
    "both names": (sync(artifactName="webserver"), "another spelling of the same field: keep one of them"),
    "empty name": (sync(artefactName=""), "spec.source.artefactName"),
    "empty branch": (sync(targetBranch=""), "spec.source.targetBranch"),
    "a name that is no text": (sync(artefactName=5), "must be of type string"),
    "upper-case namespace": (to(namespace="Team_A"), "must be the name of a namespace"),
    "long namespace": (to(namespace="a" * 64), "spec.destination.namespace: Too long"),
    "targets that name nothing": (sync(targets={"names": []}), "say which objects: give names, ids, kinds or groups"),
    "routing without clusters": (to(routing="ByTarget"), "routing are about the clusters of a clusterSelector"),
    "another word for empty": ({**sync(), "allowEmpty": "Sometimes"}, "spec.allowEmpty: Unsupported value"),
    "a number for empty": ({**sync(), "allowEmpty": 1}, "spec.allowEmpty: Unsupported value"),
    "server without scheme": (to(server="10.0.0.1:6443"), "such as https://10.0.0.1:6443"),
    "server of another scheme": (to(server="ssh://10.0.0.1"), "must be the URL of a Kubernetes API server"),
}


ADDRESSES = ["", "infrahub.example.com", "infrahub:8000", "ftp://infrahub.example.com", "http://", "https:///path"]
ADDRESSES += ["https://user:password@infrahub.example.com", "http://a b", "https://a?branch=main", "https://a/#x"]


@pytest.mark.parametrize(("spec", "message"), REFUSED.values(), ids=REFUSED)
async def test_a_bad_sync_is_refused_with_what_to_write(offer: Offer, spec: dict[str, Any], message: str) -> None:
    assert message in await offer("InfrahubSync", spec)


@pytest.mark.parametrize("address", ADDRESSES)
async def test_an_address_that_is_none_is_refused(offer: Offer, address: str) -> None:
    assert "must be the http or https address of Infrahub" in await offer("InfrahubSync", sync(infrahubAPIURL=address))


@pytest.mark.parametrize("date", ["yesterday", "now-", "-2", "-2x", "2 h", "31.01.2025", "20250131", "1738324800"])
async def test_an_unreadable_target_date_is_refused(offer: Offer, date: str) -> None:
    assert "such as now-2h or -2d" in await offer("InfrahubSync", sync(targetDate=date))


@pytest.mark.parametrize("interval", ["", "0", "0s", "0h0m", "-1m", "10", "1d", "five minutes", "1 m", "1m "])
async def test_an_interval_that_is_none_is_refused(offer: Offer, interval: str) -> None:
    message = "must be a duration above zero with the units ms, s, m, h, such as 30s, 5m or 1h30m"
    assert message in await offer("InfrahubSync", {**sync(), "interval": interval})
    assert message in await offer("VidraResource", {"manifest": "", "interval": interval})


async def test_a_manifest_in_two_places_is_refused(offer: Offer) -> None:
    refused = await offer("VidraResource", {"manifest": "kind: ConfigMap", "content": STORED})
    assert "spec.content: Forbidden: there is a manifest already" in refused


async def test_half_a_stored_content_is_refused(offer: Offer) -> None:
    assert "spec.content.secrets: Required value" in await offer(
        "VidraResource", {"content": {"artifactId": "1", "checksum": "2"}}
    )


SELECTOR = {"matchLabels": {"environment": "edge"}}
ABOUT_CLUSTERS = {
    "a context without a server": (to(context="admin"), "name the server too"),
    "a context and the local cluster": (to(server="", context="admin"), "name the server too"),
    "server and selector": (to(server="https://a", clusterSelector=SELECTOR), "exclude each other"),
    "context and selector": (to(server="https://a", context="b", clusterSelector=SELECTOR), "exclude each other"),
    "an empty selector": (to(clusterSelector={}), "give matchLabels or matchExpressions"),
    "empty labels": (to(clusterSelector={"matchLabels": {}}), "give matchLabels or matchExpressions"),
    "stopMatching without a selector": (to(stopMatching="Leave"), "are about the clusters of a clusterSelector"),
    "rollout without a selector": (to(rollout={"maxConcurrent": 1}), "are about the clusters of a clusterSelector"),
    "a rollout to none": (to(clusterSelector=SELECTOR, rollout={"maxConcurrent": 0}), "greater than or equal to 1"),
    "another way to stop": (to(clusterSelector=SELECTOR, stopMatching="Delete"), "Unsupported value"),
    "In without values": (
        to(clusterSelector={"matchExpressions": [{"key": "a", "operator": "In"}]}),
        "In and NotIn need values",
    ),
    "Exists with values": (
        to(clusterSelector={"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}),
        "In and NotIn need values",
    ),
}


@pytest.mark.parametrize(("spec", "message"), ABOUT_CLUSTERS.values(), ids=ABOUT_CLUSTERS)
async def test_clusters_that_make_no_sense_are_refused(offer: Offer, spec: dict[str, Any], message: str) -> None:
    assert message in await offer("InfrahubSync", spec)


async def test_a_vidraresource_has_one_cluster(offer: Offer) -> None:
    assert "name the server too" in await offer("VidraResource", {"manifest": "", "destination": {"context": "a"}})


@pytest.mark.parametrize(
    ("identity", "message"),
    [
        ({"serviceAccountName": "deployer"}, "give both serviceAccountName and serviceAccountNamespace"),
        ({"serviceAccountNamespace": "team-a"}, "give both serviceAccountName and serviceAccountNamespace"),
        ({"serviceAccountName": "", "serviceAccountNamespace": "team-a"}, "spec.serviceAccountName"),
        ({"serviceAccountName": "deployer", "serviceAccountNamespace": ""}, "spec.serviceAccountNamespace"),
        ({"serviceAccountName": "a:b", "serviceAccountNamespace": "team-a"}, "must be the name of a ServiceAccount"),
        ({"serviceAccountName": "a", "serviceAccountNamespace": "Team A"}, "must be the name of a namespace"),
    ],
)
async def test_half_an_identity_or_none_at_all_is_refused(offer: Offer, identity: dict[str, str], message: str) -> None:
    assert message in await offer("InfrahubSync", {**sync(), **identity})
    assert message in await offer("VidraResource", {"manifest": "", **identity})
