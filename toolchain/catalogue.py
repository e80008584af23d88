"""What the tools are made from; their versions stand in the go.mod files beside this one."""

from typing import Final

from toolchain.build import Program
from toolchain.controlplane import kubernetes_stamp
from toolchain.definitions import Definitions, controller_gen
from toolchain.files import Files
from toolchain.keep import Part, key
from toolchain.modules import required
from toolchain.package import Package

_OTHERWISE: Final = "put it, under this name, into a folder and name that in VIDRA_TOOLS"
_REGISTRIES: Final = "github.com/google/go-containerregistry"
_KWOK: Final = "sigs.k8s.io/kwok"
_HELM: Final = "helm.sh/helm/v3"
_HELM_VERSION: Final = f"{_HELM}/internal/version.version"
_CROSSPLANE: Final = "github.com/crossplane/crossplane/v2"
_PROVIDER: Final = "github.com/crossplane-contrib/provider-kubernetes"
_METRICS: Final = "sigs.k8s.io/controller-runtime/pkg/metrics/server.DefaultBindAddress"
_CHARTS: Final = (
    ("github.com/cert-manager/cert-manager", "make/config/pebble/chart"),
    ("github.com/cert-manager/cert-manager", "make/config/samplewebhook/chart"),
    (_CROSSPLANE, "cluster/charts/crossplane"),
    ("github.com/external-secrets/external-secrets", "deploy/charts/external-secrets"),
    ("go.universe.tf/metallb", "charts/metallb"),
    ("k8s.io/ingress-nginx", "charts/ingress-nginx"),
    ("sigs.k8s.io/external-dns", "charts/external-dns"),
    ("sigs.k8s.io/kueue", "charts/kueue"),
    (_KWOK, "charts/kwok"),
    (_KWOK, "charts/metrics-usage"),
    (_KWOK, "charts/stage-fast"),
    ("sigs.k8s.io/metrics-server", "charts/metrics-server"),
)
_KUBEVIRT: Final = "kubevirt.io/api"


def parts() -> tuple[Part, ...]:
    """Return all of them; what others need comes first."""
    return (*_programs(), *_files(), *_public_charts(), _kubevirt(), _prometheus())


def _programs() -> tuple[Part, ...]:
    return (
        controller_gen(_OTHERWISE),
        _program("registry", _REGISTRIES, "cmd/registry", "10 seconds"),
        _program("crane", _REGISTRIES, "cmd/crane", "20 seconds"),
        _program("kwok", _KWOK, "cmd/kwok", "1 to 2 minutes"),
        _program("helm", _HELM, "cmd/helm", "2 minutes", {_HELM_VERSION: required("helm", _HELM)}),
        # It would serve metrics on a port that is always the same, for everybody.
        _program("provider-kubernetes", _PROVIDER, "cmd/provider", "2 minutes", {_METRICS: "0"}),
        _sample_apiserver(),
    )


def _program(name: str, module: str, main: str, usually: str, stamp: dict[str, str] | None = None) -> Program:
    return Program(
        name=name,
        version=required(name, module),
        module=name,
        package=f"{module}/{main}",
        usually=f"{usually} on two cores",
        stamp=stamp or {},
        otherwise=_OTHERWISE,
    )


def _sample_apiserver() -> Program:
    """Kubernetes' own example of an API server to aggregate: from the control plane's module, of the same version."""
    version = required("kubernetes", "k8s.io/kubernetes")
    return Program(
        name="sample-apiserver",
        version=version,
        module="kubernetes",
        package="k8s.io/sample-apiserver",
        usually="some seconds after kube-apiserver, else 2 minutes on two cores",
        stamp=kubernetes_stamp(version),
        otherwise=_OTHERWISE,
    )


def _files() -> tuple[Part, ...]:
    return (
        _folder("kwok-stages", "kwok", _KWOK, "kustomize/stage"),
        _folder("crossplane-crds", "crossplane", _CROSSPLANE, "cluster/crds"),
        _folder("provider-kubernetes-crds", "provider-kubernetes", _PROVIDER, "package/crds"),
    )


def _folder(name: str, module: str, dependency: str, folder: str) -> Files:
    version = required(module, dependency)
    return Files(name=name, version=version, module=module, dependency=dependency, folder=folder, otherwise=_OTHERWISE)


def _public_charts() -> tuple[Files, ...]:
    """Charts as their authors released them in Go modules: no registry of charts is needed."""
    module = "public-charts"
    return tuple(
        Files(
            name=f"chart-{folder.removesuffix('/chart').rpartition('/')[2]}",
            version=required(module, dependency),
            module=module,
            dependency=f"{dependency}@{required(module, dependency)}",  # of that module alone: not what it needs
            folder=folder,
            otherwise=_OTHERWISE,
        )
        for dependency, folder in _CHARTS
    )


def _kubevirt() -> Definitions:
    return Definitions(
        name="kubevirt-crds",
        version=required("kubevirt", _KUBEVIRT),
        module="kubevirt",
        packages=(f"{_KUBEVIRT}/core/v1", "kubevirt.io/containerized-data-importer-api/pkg/apis/core/v1beta1"),
        generator=key(controller_gen(_OTHERWISE)),
        otherwise=_OTHERWISE,
    )


def _prometheus() -> Package:
    """Packaged, because its Go module needs those of every cloud, and any version from 2.40 on will do."""
    otherwise = "put both programs into a folder `prometheus`, and that into one that you name in VIDRA_TOOLS"
    return Package(name="prometheus", package="prometheus", programs=("prometheus", "promtool"), otherwise=otherwise)
