"""A VidraSync names exactly one source, and its fields are checked by the API server."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Offer = Callable[..., Awaitable[str]]
GIT = "https://git.example.com/team/repo.git"
OCI = "oci://registry.example.com/team/manifests"
INFRAHUB = {"infrahubAPIURL": "https://infrahub.example.com", "artifactName": "Web"}
HASH = "0" * 64


def git(**fields: Any) -> dict[str, Any]:
    return {"git": {"url": GIT, **fields}}


ACCEPTED: dict[str, dict[str, Any]] = {
    "git": git(),
    "git over ssh": git(url="ssh://git@git.example.com:2222/team/repo.git"),
    "git at a branch": git(branch="main", paths=["clusters/edge/apps/*", "base", "**/overlays"]),
    "git at a tag": git(tag="v1"),
    "git in a range": git(semver="~1.4"),
    "git at a commit": git(commit="a" * 40),
    "git at any ref": git(ref="refs/pull/1/head"),
    "signed git": git(verify={"mode": "Commit", "keys": "platform-team"}),
    "oci": {"oci": {"url": OCI}},
    "oci at a digest": {"oci": {"url": OCI, "digest": f"sha256:{HASH}", "insecure": True}},
    "helm of a repository": {"helm": {"url": "https://charts.example.com", "chart": "gateway", "version": "~1.4"}},
    "helm of a registry": {"helm": {"url": "oci://registry.example.com/charts/gateway", "crds": "CreateReplace"}},
    "helm with values": {
        "helm": {
            "url": "oci://registry.example.com/charts/gateway",
            "values": {"replicas": 2, "deep": {"list": [1, "a", None, {"b": True}]}},
            "valuesFrom": [
                {"configMap": {"name": "gateway"}},
                {"secret": {"name": "gateway", "namespace": "team-a", "key": "values.yml"}},
                {"infrahub": {**INFRAHUB, "artifactID": "abc"}},
            ],
            "lookups": [{"apiVersion": "v1", "kind": "Secret", "name": "tls"}],
        }
    },
    "http": {"http": {"url": "https://www.example.com/manifests.yaml?raw=1", "sha256": HASH}},
    "inline": {"inline": {"label": "team-a"}},
    "flux": {"flux": {"kind": "GitRepository", "namespace": "flux-system", "name": "fleet"}},
    "infrahub": {"infrahub": INFRAHUB},
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no source": ({}, "name exactly one source"),
    "two sources": ({**git(), "inline": {"label": "a"}}, "name exactly one source"),
    "two revisions": (git(branch="main", tag="v1"), "exclude each other"),
    "half a commit": (git(commit="abc"), "spec.source.git.commit"),
    "a password in the address": (git(url="https://me:secret@git.example.com/a"), "belong in a Secret"),
    "a query in the address": (git(url=f"{GIT}?token=1"), "must be the address of a repository"),
    "a path that leaves": (git(paths=["../other"]), "must be a folder below the root"),
    "a path inside that leaves": (git(paths=["a/../../b"]), "must be a folder below the root"),
    "an absolute path": (git(paths=["/etc"]), "must be a folder below the root"),
    "a path with a line break": (git(paths=["a\nb"]), "must be a folder below the root"),
    "a tag in the address": ({"oci": {"url": "registry.example.com/a:1"}}, "must be a registry and a repository"),
    "tag and digest": ({"oci": {"url": OCI, "tag": "1", "digest": f"sha256:{HASH}"}}, "exclude each other"),
    "a digest that is none": ({"oci": {"url": OCI, "digest": "sha256:1"}}, "spec.source.oci.digest"),
    "a repository without a chart": ({"helm": {"url": "https://charts.example.com"}}, "needs the name of the chart"),
    "a chart that is named twice": (
        {"helm": {"url": "oci://registry.example.com/charts/gateway", "chart": "gateway"}},
        "the chart is part of the url",
    ),
    "values of two places": (
        {
            "helm": {
                "url": "oci://a.example.com/b",
                "valuesFrom": [{"configMap": {"name": "a"}, "secret": {"name": "a"}}],
            }
        },
        "name exactly one of configMap, secret and infrahub",
    ),
    "a release with a long name": (
        {"helm": {"url": "oci://a.example.com/b", "releaseName": "a" * 54}},
        "spec.source.helm.releaseName",
    ),
    "another scheme": ({"http": {"url": "file:///etc/passwd"}}, "must be an http or https address"),
    "a user in the address": ({"http": {"url": "https://me@www.example.com/a"}}, "must be an http or https address"),
    "no label": ({"inline": {"label": ""}}, "must be the value of a label"),
    "another kind of Flux": ({"flux": {"kind": "HelmChart", "namespace": "a", "name": "b"}}, "spec.source.flux.kind"),
    "no namespace": ({"flux": {"kind": "Bucket", "namespace": "", "name": "b"}}, "spec.source.flux.namespace"),
    "no artifact": ({"infrahub": {"infrahubAPIURL": "https://infrahub.example.com"}}, "name the artifacts to sync"),
}


@pytest.mark.parametrize("source", ACCEPTED.values(), ids=ACCEPTED)
async def test_a_source_is_accepted(offer: Offer, source: dict[str, Any]) -> None:
    assert await offer("VidraSync", {"source": source}) == ""


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED)
async def test_a_source_that_is_none_is_refused(offer: Offer, source: dict[str, Any], message: str) -> None:
    assert message in await offer("VidraSync", {"source": source})


@pytest.mark.parametrize(
    ("source", "render", "message"),
    [
        (git(), {"kustomize": {"substitute": {"REGION": "north"}}}, ""),
        (git(), {"helm": {"values": {"a": 1}, "valuesFrom": [{"infrahub": INFRAHUB}]}}, ""),
        (git(), {"kustomize": {"substitute": {"a-b": "c"}}}, "must be names of variables"),
        ({"inline": {"label": "a"}}, {"helm": {}}, "render is about the folders of git, oci, http, flux"),
    ],
)
async def test_folders_say_how_they_are_rendered(
    offer: Offer, source: dict[str, Any], render: dict[str, Any], message: str
) -> None:
    found = await offer("VidraSync", {"source": source, "render": render})
    assert message in found if message else found == ""
