"""Whether the cluster answers and is new enough, and whether it has Vidra's CRDs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidra.api.crds import crds
from vidra.api.names import API_VERSION
from vidra.kube.client import Client
from vidra.kube.errors import ApiError, KubeError
from vidra.views.checks.finding import Finding
from vidra.views.error_sentences import sentence

OLDEST = (1, 27)
"""Kubernetes; the first with what Vidra asks for (aggregated discovery)."""
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


async def check_cluster(client: Client) -> Finding:
    """Whether it answers, and is new enough."""
    what = f"API server {client.connection.server}"
    try:
        version: dict[str, Any] = await client.get("/version", dict)
    except KubeError as error:
        return Finding(what, "problem", sentence(error) or str(error))
    return version_finding(what, version)


def version_finding(what: str, version: Mapping[str, Any]) -> Finding:
    """The answer of /version."""
    digits = (_number(version.get("major")), _number(version.get("minor")))
    if digits < OLDEST:
        return Finding(
            what, "problem", f"Kubernetes {version.get('gitVersion')} is older than v1.27: upgrade the cluster"
        )
    return Finding(what, "ok", f"Kubernetes {version.get('gitVersion')}")


def _number(text: Any) -> int:
    """The digits: some clouds write 27+."""
    return int("".join(char for char in str(text or "") if char.isdigit()) or 0)


async def check_definitions(client: Client) -> Finding:
    """Whether the CRDs are there, and as this version needs them."""
    missing, different = [], []
    for definition in crds():
        name = definition["metadata"]["name"]
        try:
            live: Any = await client.get(f"{_DEFINITIONS}/{name}", dict)
        except KubeError as error:
            if isinstance(error, ApiError) and error.not_found:
                missing.append(name)
                continue
            return Finding("CRDs", "unknown", str(error))
        if not contains(live["spec"], definition["spec"]):
            different.append(name)
    return definitions_finding(missing, different)


def definitions_finding(missing: list[str], different: list[str]) -> Finding:
    """What a person has to do about CRDs, by name."""
    if missing:
        return Finding(
            "CRDs",
            "problem",
            f"{', '.join(missing)} missing: vidra install, or vidra crds | kubectl apply --server-side -f -",
        )
    if different:
        return Finding(
            "CRDs",
            "problem",
            f"{', '.join(different)} not as this version needs it: "
            "vidra crds | kubectl apply --server-side --force-conflicts -f -",
        )
    return Finding("CRDs", "ok", API_VERSION)


def contains(live: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is present; servers add defaults."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        return all(key in live and contains(live[key], value) for key, value in wanted.items())
    if isinstance(wanted, (list, tuple)) and isinstance(live, list):
        return len(wanted) == len(live) and all(contains(*pair) for pair in zip(live, wanted, strict=True))
    return bool(live == wanted)
