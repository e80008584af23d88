"""Whether an object that somebody else created may be adopted: pure.

The signs of another tool are those that the tool itself uses. Vidra's own label and annotations prove nothing: anybody
can write them.
"""

from __future__ import annotations

from collections.abc import Mapping

from vidra.api.names import MANAGER_PREFIX
from vidra.api.policies import Adoption
from vidra.kube.partial_metadata import LiveMeta

_FLUX = frozenset({"kustomize-controller", "helm-controller"})
_ARGO_CD = frozenset({"argocd-controller", "argocd-application-controller"})


def refusal(meta: LiveMeta, policy: Adoption, manager: str) -> str:
    """Why an object is left alone; empty when it may be adopted.

    Args:
        manager: The field manager of the adopting owner; it does not count as another tool.
    """
    if policy is Adoption.ALWAYS:
        return ""
    if policy is Adoption.NEVER:
        return "Vidra did not create it"
    holder = holder_of(meta, manager)
    return f"{holder} has it" if holder else ""


def holder_of(meta: LiveMeta, manager: str) -> str:
    """The tool that manages an object, in words; empty when none is known."""
    managers = {entry.manager for entry in meta.managed_fields} - {manager}
    labels, annotations = meta.labels or {}, meta.annotations or {}
    vidra = sorted(name for name in managers if name.startswith(MANAGER_PREFIX))
    return (
        _helm(labels, annotations)
        or _flux(labels, managers)
        or _argo_cd(annotations, managers)
        or (f"another Vidra ({vidra[0]})" if vidra else "")
        or _controller(meta)
    )


def _helm(labels: Mapping[str, str], annotations: Mapping[str, str]) -> str:
    release = annotations.get("meta.helm.sh/release-name", "")
    if release or labels.get("app.kubernetes.io/managed-by") == "Helm":
        return f"Helm (release {release})" if release else "Helm"
    return ""


def _flux(labels: Mapping[str, str], managers: set[str]) -> str:
    for prefix, kind in (("kustomize", "Kustomization"), ("helm", "HelmRelease")):
        if name := labels.get(f"{prefix}.toolkit.fluxcd.io/name"):
            return f"Flux ({kind} {name})"
    return "Flux" if managers & _FLUX else ""


def _argo_cd(annotations: Mapping[str, str], managers: set[str]) -> str:
    tracked = annotations.get("argocd.argoproj.io/tracking-id", "")
    if tracked or managers & _ARGO_CD:
        return f"Argo CD (application {tracked.partition(':')[0]})" if tracked else "Argo CD"
    return ""


def _controller(meta: LiveMeta) -> str:
    owner = next((owner for owner in meta.owner_references if owner.controller), None)
    return f"its controller, {owner.kind} {owner.name}," if owner else ""
