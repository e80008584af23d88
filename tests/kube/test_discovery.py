import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from testkit.controlplane import AuditEntry, ControlPlane
from vidra.kube import discovery as module
from vidra.kube.client import Client
from vidra.kube.discovery import Discovery, Kind, StaleDiscoveryError
from vidra.kube.errors import ApiError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Pretend = Callable[[Handler], Awaitable[Client]]

GROUPS = {"kind": "APIGroupDiscoveryList", "items": []}


def serving(*versions: dict[str, Any], counts: list[str]) -> Handler:
    """A server whose one group, example.com, has these versions."""

    async def answer(request: web.Request) -> web.StreamResponse:
        counts.append(request.path)
        group = {"metadata": {"name": "example.com"}, "versions": versions}
        return web.json_response({**GROUPS, "items": [group] if request.path == "/apis" else []})

    return answer


async def test_the_real_servers_kinds_are_found_in_two_requests(admin: Client, controlplane: ControlPlane) -> None:
    discovery = Discovery(admin)
    mark = controlplane.audit.mark()
    found = await asyncio.gather(
        *(
            discovery.find(*name)
            for name in (("v1", "ConfigMap"), ("v1", "Namespace"), ("apps/v1", "Deployment"), ("v1", "Nothing"))
        )
    )
    assert found == [
        Kind("v1", "ConfigMap", "configmaps", namespaced=True, short_names=("cm",)),
        Kind("v1", "Namespace", "namespaces", namespaced=False, short_names=("ns",), has_status=True),
        Kind(
            *("apps/v1", "Deployment", "deployments"),
            namespaced=True,
            short_names=("deploy",),
            has_status=True,
            scalable=True,
        ),
        None,
    ]

    def asked(entries: list[AuditEntry]) -> list[str]:
        return sorted(entry.uri for entry in entries if entry.uri in {"/api", "/apis"})

    found_out = await controlplane.audit.until(mark, lambda entries: len(asked(entries)) >= 2)
    assert asked(found_out) == ["/api", "/apis"]


async def test_a_kind_that_can_only_be_created_is_no_object(admin: Client) -> None:
    assert await Discovery(admin).find("authorization.k8s.io/v1", "SubjectAccessReview") is None


async def test_an_unknown_kind_is_asked_for_again_after_a_while(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[str] = []
    discovery = Discovery(await pretend(serving({"version": "v1"}, counts=counts)))
    assert await discovery.find("example.com/v1", "Thing") is None
    assert await discovery.find("example.com/v1", "Thing") is None
    assert len(counts) == 2
    discovery.forget()
    assert await discovery.find("example.com/v1", "Thing") is None
    assert len(counts) == 4
    monkeypatch.setattr(module, "FRESH_FOR", 0)
    assert await discovery.find("example.com/v1", "Thing") is None
    assert len(counts) == 6


async def test_a_group_whose_server_is_away_makes_no_kind_unknown(pretend: Pretend) -> None:
    counts: list[str] = []
    stale = {"version": "v1", "freshness": "Stale"}
    discovery = Discovery(await pretend(serving(stale, {"version": "v2"}, counts=counts)))
    with pytest.raises(StaleDiscoveryError, match=r"example\.com/v1"):
        await discovery.find("example.com/v1", "Thing")
    assert await discovery.find("example.com/v2", "Thing") is None
    assert await discovery.find("other.com/v1", "Thing") is None


async def test_a_server_without_aggregated_discovery_is_too_old(pretend: Pretend) -> None:
    async def old(_: web.Request) -> web.StreamResponse:
        return web.json_response({"kind": "APIGroupList", "groups": []})

    with pytest.raises(ApiError, match=r"v1\.27 or newer"):
        await Discovery(await pretend(old)).find("v1", "ConfigMap")


@pytest.mark.parametrize(
    ("kind", "place", "path"),
    [
        (Kind("v1", "ConfigMap", "configmaps", True), ("ns", "a"), "/api/v1/namespaces/ns/configmaps/a"),
        (Kind("v1", "ConfigMap", "configmaps", True), (), "/api/v1/configmaps"),
        (Kind("v1", "ConfigMap", "configmaps", True), ("ns",), "/api/v1/namespaces/ns/configmaps"),
        (Kind("v1", "Namespace", "namespaces", False), ("ignored", "ns"), "/api/v1/namespaces/ns"),
        (
            Kind("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", False),
            ("", "system:a/b c"),
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:a%2Fb%20c",
        ),
    ],
)
def test_paths(kind: Kind, place: tuple[str, ...], path: str) -> None:
    assert kind.path(*place) == path


def test_the_path_of_a_subresource() -> None:
    kind = Kind("apps/v1", "Deployment", "deployments", namespaced=True)
    assert kind.path("ns", "web", "status") == "/apis/apps/v1/namespaces/ns/deployments/web/status"


async def test_a_kind_that_is_served_in_another_version_is_known_under_that(admin: Client) -> None:
    discovery = Discovery(admin)
    assert await discovery.find("apps/v1beta1", "Deployment") is None
    assert discovery.elsewhere("apps/v1beta1", "Deployment") == ("apps/v1",)
    assert discovery.elsewhere("extensions/v1beta1", "Ingress") == ("networking.k8s.io/v1",)
    assert discovery.elsewhere("events.k8s.io/v1beta1", "Event") == ("events.k8s.io/v1", "v1")
    assert discovery.elsewhere("apps/v1", "Deployment") == ()
    assert discovery.elsewhere("example.com/v1", "Nothing") == ()
