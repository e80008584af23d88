"""The two CustomResourceDefinitions, made from the models."""

from __future__ import annotations

from typing import Any

import yaml

from vidra.api.names import (
    API_VERSION,
    GROUP,
    RESOURCE_KIND,
    RESOURCE_PLURAL,
    SYNC_KIND,
    SYNC_PLURAL,
    VERSION,
    VIDRA_SYNC_KIND,
    VIDRA_SYNC_PLURAL,
)
from vidra.api.resource import VidraResource
from vidra.api.schema import schema_of
from vidra.api.sync import InfrahubSync, VidraSync

CATEGORY = "vidra"
"""`kubectl get vidra` lists both kinds."""

Column = dict[str, Any]


def _column(name: str, path: str, description: str, *, kind: str = "string", wide: bool = False) -> Column:
    column: Column = {"name": name, "type": kind, "jsonPath": path, "description": description}
    return {**column, "priority": 1} if wide else column


def _ready(field: str) -> str:
    return f'.status.conditions[?(@.type=="Ready")].{field}'


_READY = _column("Ready", _ready("status"), "Whether everything is as it should be.")
_HEALTH = _column("Health", ".status.health", "How the objects are, the worst of them.")
_CHANGED = _column("Changed", ".status.lastSyncTime", "Time since Vidra last changed anything.", kind="date")
_AGE = _column("Age", ".metadata.creationTimestamp", "Time since creation.", kind="date")
_REASON = _column("Reason", _ready("reason"), "Machine-readable reason; vidra explain REASON says more.", wide=True)
_SUSPENDED = _column("Suspended", ".spec.suspend", "Whether it is suspended.", kind="boolean", wide=True)
_SERVER = _column("Server", ".spec.destination.server", "Destination; empty: the cluster Vidra runs in.", wide=True)
_NAMESPACE = _column("Namespace", ".spec.destination.namespace", "Namespace for objects that name none.", wide=True)
_STATUS = _column("Status", _ready("message"), "What happened and what to do.")

_FIRST = [_READY, _column("Progress", ".status.progress", "Ready parts of all."), _HEALTH, _CHANGED, _AGE, _STATUS]
"""What everybody sees, with the longest last: a message pushes nothing aside."""
_LAST = [_SERVER, _NAMESPACE, _SUSPENDED]

_CLUSTERS = _column(
    "Clusters", ".status.clusterProgress", "Ready clusters of all that the selector matches.", wide=True
)

_SYNC_COLUMNS = [
    *_FIRST,
    _REASON,
    _column("Artifact", ".spec.source['artifactName','artefactName']", "Name of the artifacts.", wide=True),
    _column("Branch", ".spec.source.targetBranch", "Infrahub branch.", wide=True),
    _column("Date", ".spec.source.targetDate", "Point in time that is read; empty: the newest data.", wide=True),
    _column("Infrahub", ".spec.source.infrahubAPIURL", "Address of Infrahub.", wide=True),
    _CLUSTERS,
    *_LAST,
]

_VIDRA_SYNC_COLUMNS = [
    *_FIRST,
    _REASON,
    _column("Revision", ".status.revision", "State of the source that was listed last.", wide=True),
    _column(
        "Source", ".spec.source['git','oci','helm','http'].url", "Address of the source; empty: it has none.", wide=True
    ),
    _CLUSTERS,
    *_LAST,
]

_RESOURCE_COLUMNS = [
    *_FIRST,
    _REASON,
    _column(
        "Sync",
        f'.metadata.ownerReferences[?(@.apiVersion=="{API_VERSION}")].name',
        "Sync that made it; empty: a person.",
        wide=True,
    ),
    _column("Revision", ".spec.content.revision", "State of the source its text is from.", wide=True),
    *_LAST,
]


def crds() -> list[dict[str, Any]]:
    """InfrahubSync, VidraSync and VidraResource, as the API server takes them."""
    return [
        _crd(InfrahubSync, SYNC_KIND, SYNC_PLURAL, "isync", _SYNC_COLUMNS),
        _crd(VidraSync, VIDRA_SYNC_KIND, VIDRA_SYNC_PLURAL, "vsync", _VIDRA_SYNC_COLUMNS),
        _crd(VidraResource, RESOURCE_KIND, RESOURCE_PLURAL, "vres", _RESOURCE_COLUMNS),
    ]


def to_yaml(definition: dict[str, Any]) -> str:
    """One definition as YAML, the same at every call: block style, in the order of the models."""
    return yaml.dump(
        definition, Dumper=_Plain, sort_keys=False, width=110, allow_unicode=True, default_flow_style=False
    )


class _Plain(yaml.SafeDumper):
    """Writes a value that occurs twice twice, instead of an anchor and an alias."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 -- the name is PyYAML's
        return True


def _crd(model: type, kind: str, plural: str, short: str, columns: list[Column]) -> dict[str, Any]:
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": columns,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": schema_of(model)},
    }
    names = {
        "kind": kind,
        "listKind": f"{kind}List",
        "plural": plural,
        "singular": kind.lower(),
        "shortNames": [short],
        "categories": [CATEGORY],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {"group": GROUP, "names": names, "scope": "Cluster", "versions": [version]},
    }
