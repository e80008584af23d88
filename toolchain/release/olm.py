"""A bundle for the Operator Lifecycle Manager, from what the chart renders: the same rights, the same Deployment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

Json = dict[str, Any]

_BESIDE: Final = {"ConfigMap", "Service"}
"""Kinds that OLM applies as they stand in a bundle."""
_DROPPED: Final = ("helm.sh/chart", "app.kubernetes.io/managed-by")
ANNOTATIONS: Final = {
    "operators.operatorframework.io.bundle.mediatype.v1": "registry+v1",
    "operators.operatorframework.io.bundle.manifests.v1": "manifests/",
    "operators.operatorframework.io.bundle.metadata.v1": "metadata/",
    "operators.operatorframework.io.bundle.package.v1": "vidra",
    "operators.operatorframework.io.bundle.channels.v1": "alpha",
    "operators.operatorframework.io.bundle.channel.default.v1": "alpha",
}
_SAMPLE: Final = {
    "apiVersion": "infrahub.operators.com/v1alpha1",
    "kind": "InfrahubSync",
    "metadata": {"name": "webservers"},
    "spec": {
        "source": {"infrahubAPIURL": "https://infrahub.example.com", "artifactName": "Webserver_Manifest"},
        "destination": {"namespace": "default"},
    },
}


def bundle(rendered: Iterable[Json], definitions: Iterable[Json], version: str, description: str) -> dict[str, bytes]:
    """Return the files of the bundle, by their path.

    Args:
        rendered: What the chart renders.
        definitions: The CustomResourceDefinitions.
        version: As Semantic Versioning writes it.
        description: What Vidra is, as Markdown.
    """
    objects, kinds = list(rendered), list(definitions)
    beside = [*kinds, *(_plain(body) for body in objects if body["kind"] in _BESIDE)]
    files = {f"manifests/{body['metadata']['name']}.{body['kind'].lower()}.yaml": body for body in beside}
    files["manifests/vidra.clusterserviceversion.yaml"] = service_version(objects, kinds, version, description)
    files["metadata/annotations.yaml"] = {"annotations": ANNOTATIONS}
    return {path: msgspec.yaml.encode(body) for path, body in files.items()}


def service_version(objects: list[Json], definitions: list[Json], version: str, description: str) -> Json:
    """Return the ClusterServiceVersion.

    It works in its own namespace alone: for all namespaces OLM would grant cluster-wide what Vidra may do in its own,
    reading Secrets among it. Which namespaces Vidra applies to is a matter of `clusterPermissions`.
    """
    (deployment,) = [body for body in objects if body["kind"] == "Deployment"]
    account = deployment["spec"]["template"]["spec"]["serviceAccountName"]
    image = deployment["spec"]["template"]["spec"]["containers"][0]["image"]
    return {
        "apiVersion": "operators.coreos.com/v1alpha1",
        "kind": "ClusterServiceVersion",
        "metadata": {
            "name": f"vidra.v{version}",
            "annotations": {
                "alm-examples": msgspec.json.encode([_SAMPLE]).decode(),
                "capabilities": "Seamless Upgrades",
                "categories": "Integration & Delivery, Networking",
                "containerImage": image,
            },
        },
        "spec": {
            "displayName": "Vidra",
            "description": description,
            "version": version,
            "maturity": "alpha",
            "minKubeVersion": "1.27.0",
            "provider": {"name": "The Vidra authors"},
            "keywords": ["infrahub", "operator", "gitops", "server-side apply"],
            "installModes": [
                {"type": mode, "supported": mode == "OwnNamespace"}
                for mode in ("OwnNamespace", "SingleNamespace", "MultiNamespace", "AllNamespaces")
            ],
            "customresourcedefinitions": {"owned": [_owned(definition) for definition in definitions]},
            "install": {
                "strategy": "deployment",
                "spec": {
                    "clusterPermissions": [{"serviceAccountName": account, "rules": rules(objects, "ClusterRole")}],
                    "permissions": [{"serviceAccountName": account, "rules": rules(objects, "Role")}],
                    "deployments": [{"name": deployment["metadata"]["name"], "spec": deployment["spec"]}],
                },
            },
        },
    }


def rules(objects: list[Json], kind: str) -> list[Json]:
    """Return what the roles of a kind grant that are bound to Vidra's account; roles for people are not."""
    bound = {body["roleRef"]["name"] for body in objects if body["kind"] == f"{kind}Binding"}
    roles = (body for body in objects if body["kind"] == kind and body["metadata"]["name"] in bound)
    return [rule for role in roles for rule in role["rules"]]


def _owned(definition: Json) -> Json:
    names, versions = definition["spec"]["names"], definition["spec"]["versions"]
    return {
        "name": definition["metadata"]["name"],
        "kind": names["kind"],
        "version": versions[0]["name"],
        "displayName": names["kind"],
        "description": versions[0]["schema"]["openAPIV3Schema"].get("description", names["kind"]),
    }


def _plain(body: Json) -> Json:
    """As OLM takes it: in the namespace that it chooses, and not as Helm's."""
    metadata = {key: value for key, value in body["metadata"].items() if key != "namespace"}
    metadata["labels"] = dict(_kept(metadata.get("labels", {})))
    return {**body, "metadata": metadata}


def _kept(labels: Json) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in labels.items() if key not in _DROPPED)
