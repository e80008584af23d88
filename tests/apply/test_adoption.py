"""Whose an object is that Vidra did not create, and whether it may be taken over."""

import pytest

from vidra.api.meta import OwnerReference
from vidra.api.policies import Adoption
from vidra.apply.field_owner import Owner
from vidra.apply.guards.adoption import refusal
from vidra.kube.partial_metadata import LiveMeta, ManagedFieldsEntry

ME = Owner("hub", "me")


def managed(*names: str) -> LiveMeta:
    return LiveMeta(managed_fields=tuple(ManagedFieldsEntry(name, "Apply") for name in names))


def owned(*, controller: bool) -> LiveMeta:
    return LiveMeta(owner_references=(OwnerReference("apps/v1", "ReplicaSet", "web", "uid", controller=controller),))


THEIRS = {
    "Helm's label": (LiveMeta(labels={"app.kubernetes.io/managed-by": "Helm"}), "Helm has it"),
    "a release": (LiveMeta(annotations={"meta.helm.sh/release-name": "web"}), "Helm (release web) has it"),
    "a Kustomization": (
        LiveMeta(labels={"kustomize.toolkit.fluxcd.io/name": "web"}),
        "Flux (Kustomization web) has it",
    ),
    "a HelmRelease": (LiveMeta(labels={"helm.toolkit.fluxcd.io/name": "web"}), "Flux (HelmRelease web) has it"),
    "kustomize-controller": (managed("kubectl", "kustomize-controller"), "Flux has it"),
    "helm-controller": (managed("helm-controller"), "Flux has it"),
    "a tracking id": (
        LiveMeta(annotations={"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:ns/web"}),
        "Argo CD (application shop) has it",
    ),
    "argocd-controller": (managed("argocd-controller"), "Argo CD has it"),
    "argocd-application-controller": (managed("argocd-application-controller"), "Argo CD has it"),
    "another Vidra": (managed("vidra:other:web"), "another Vidra (vidra:other:web) has it"),
    "a controller": (owned(controller=True), "its controller, ReplicaSet web, has it"),
}
NOBODYS = {
    "no mark": LiveMeta(),
    "a person's": managed("kubectl", "kubectl-client-side-apply", "Mozilla"),
    "our own manager": managed(ME.manager),
    "the recommended instance label": LiveMeta(labels={"app.kubernetes.io/instance": "web"}),
    "managed by a person": LiveMeta(labels={"app.kubernetes.io/managed-by": "me"}),
    "owned, but not controlled": owned(controller=False),
    "a forged label of Vidra's": LiveMeta(labels=ME.labels),
    "a forged annotation of another owner": LiveMeta(annotations=Owner("other", "web").annotations),
}


@pytest.mark.parametrize(("meta", "why"), THEIRS.values(), ids=THEIRS)
def test_what_somebody_has_is_adopted_only_by_always(meta: LiveMeta, why: str) -> None:
    assert refusal(meta, Adoption.IF_UNOWNED, ME.manager) == why
    assert refusal(meta, Adoption.ALWAYS, ME.manager) == ""
    assert refusal(meta, Adoption.NEVER, ME.manager) == "Vidra did not create it"


@pytest.mark.parametrize("meta", NOBODYS.values(), ids=NOBODYS)
def test_what_nobody_has_is_adopted_unless_never(meta: LiveMeta) -> None:
    assert refusal(meta, Adoption.IF_UNOWNED, ME.manager) == ""
    assert refusal(meta, Adoption.ALWAYS, ME.manager) == ""
    assert refusal(meta, Adoption.NEVER, ME.manager) == "Vidra did not create it"
