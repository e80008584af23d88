"""Validation rules of specs for the API server: limits, and CEL rules that say what to write instead.

They go into the CRDs only. An object that was stored before a rule existed must still be readable.
"""

from __future__ import annotations

from typing import Any, Final


def rule(cel: str, message: str, **where: str) -> dict[str, str]:
    """One entry of x-kubernetes-validations; a rule over several fields says which one to blame, and how."""
    return {"rule": cel, "message": message, **where}


def _checked(*rules: dict[str, str], **limits: int) -> dict[str, Any]:
    return {**limits, "x-kubernetes-validations": list(rules)}


def _matches(pattern: str) -> str:
    return f"self.matches(r'{pattern}')"


_NUMBER = r"([0-9]+\.?[0-9]*|\.[0-9]+)"
_WORDS = r"(weeks?|w|days?|d|hours?|h|min|minutes?|m|seconds?|sec|s)"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?"

TARGET_FIELDS: Final = ("names", "ids", "kinds", "groups")

NOT_EMPTY: Final = {"minLength": 1}
DATE_TIME: Final = {"format": "date-time"}
CONDITIONS: Final = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}

INFRAHUB_URL: Final = _checked(
    rule(
        "isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != ''"
        " && !self.matches(r'[@?#\\s]')",
        "must be the http or https address of Infrahub, such as https://infrahub.example.com:8000; "
        "user and password belong in a Secret",
    ),
    maxLength=2048,
)

SERVER: Final = _checked(
    rule(
        "self == '' || isURL(self) && url(self).getScheme() in ['http', 'https'] && url(self).getHostname() != ''",
        "must be the URL of a Kubernetes API server, such as https://10.0.0.1:6443; "
        "leave it out for the cluster that Vidra runs in",
    ),
    maxLength=2048,
)

NAMESPACE: Final = _checked(
    rule(
        f"self == '' || {_matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')}",
        "must be the name of a namespace: lower-case letters, digits and '-', such as team-a",
    ),
    maxLength=63,
)

CONTEXT: Final = {"minLength": 1, "maxLength": 253}

DESTINATION: Final = _checked(
    rule(
        "!has(self.context) || has(self.server) && self.server != ''",
        "a context is looked up in the kubeconfig of a server: name the server too",
        fieldPath=".context",
        reason="FieldValueForbidden",
    ),
)

SYNC_DESTINATION: Final = _checked(
    *DESTINATION["x-kubernetes-validations"],
    rule(
        "!has(self.clusterSelector) || !has(self.server) && !has(self.context)",
        "server and clusterSelector exclude each other: name one cluster, or select some by their labels",
        fieldPath=".clusterSelector",
        reason="FieldValueForbidden",
    ),
    rule(
        "has(self.clusterSelector) || !has(self.stopMatching) && !has(self.rollout) && !has(self.routing)",
        "stopMatching, rollout and routing are about the clusters of a clusterSelector",
        fieldPath=".clusterSelector",
        reason="FieldValueRequired",
    ),
)

SELECTOR: Final = _checked(
    rule(
        "has(self.matchLabels) && size(self.matchLabels) > 0 "
        "|| has(self.matchExpressions) && size(self.matchExpressions) > 0",
        "say which clusters: give matchLabels or matchExpressions",
    ),
)

SELECTOR_TERM: Final = _checked(
    rule(
        "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
        "In and NotIn need values; Exists and DoesNotExist take none",
        fieldPath=".values",
    ),
)

SERVICE_ACCOUNT: Final = _checked(
    rule(
        "has(self.serviceAccountName) == has(self.serviceAccountNamespace)",
        "a ServiceAccount has a name and a namespace: give both serviceAccountName and serviceAccountNamespace",
        fieldPath=".serviceAccountName",
    ),
)

NAME: Final = _checked(
    rule(
        _matches(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"),
        "must be the name of a ServiceAccount: lower-case letters, digits, '-' and '.', such as deployer",
    ),
    maxLength=253,
)

TARGET_DATE: Final = _checked(
    rule(
        rf"self.matches(r'^\s*((?i:now)|(?i:now)?[+-]?(?i:{_NUMBER}{_WORDS})+|{_DATE})?\s*$')",
        "must be a time in RFC 3339, such as 2025-01-31T12:00:00Z, "
        "or relative to now with the units s, m, h, d, w, such as now-2h or -2d",
    ),
    maxLength=64,
)

WORDS: Final = {"maxItems": 500, "items": {"type": "string", "minLength": 1, "maxLength": 512}}

TARGETS: Final = _checked(
    rule(
        f"[{', '.join(f'has(self.{field}) && size(self.{field}) > 0' for field in TARGET_FIELDS)}].exists(set, set)",
        f"say which objects: give {', '.join(TARGET_FIELDS[:-1])} or {TARGET_FIELDS[-1]}",
    ),
)

INTERVAL: Final = _checked(
    rule(
        f"self.matches(r'^({_NUMBER}(ms|s|m|h))+$') && self.matches('[1-9]')",
        "must be a duration above zero with the units ms, s, m, h, such as 30s, 5m or 1h30m",
    ),
    maxLength=32,
)

LIST_LIMIT: Final = {"maxItems": 32}
"""The API server weighs a rule by how often it may have to be looked at."""

JSON_POINTER: Final = _checked(
    rule(
        "self.matches(r'^(/([^~/]|~[01])*)+$') && !self.matches(r'^/(apiVersion|kind|metadata(/(name|namespace))?)$')",
        "must be a JSON pointer to a field that is not part of the object's identity, such as /spec/replicas",
    ),
    maxLength=256,
)

NAME_PATTERN: Final = {"minLength": 1, "maxLength": 253}

ONE_ARTIFACT_NAME: Final = _checked(
    rule(
        "has(self.artifactName) || has(self.artefactName)",
        "name the artifacts to sync",
        fieldPath=".artifactName",
        reason="FieldValueRequired",
    ),
    rule(
        "!(has(self.artifactName) && has(self.artefactName))",
        "artefactName is another spelling of the same field: keep one of them",
        fieldPath=".artifactName",
        reason="FieldValueForbidden",
    ),
)

NAMED_NAMESPACE: Final = {"minLength": 1, **NAMESPACE}

OBJECT_NAME: Final = _checked(
    rule(
        _matches(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"),
        "must be the name of an object: lower-case letters, digits, '-' and '.', such as team-a",
    ),
    maxLength=253,
)

LABEL_VALUE: Final = _checked(
    rule(
        _matches("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"),
        "must be the value of a label: letters, digits, '-', '_' and '.', such as team-a",
    ),
    maxLength=63,
)

PATH_PATTERN: Final = _checked(
    rule(
        r"self.matches(r'^[^/\x00-\x1f\\]+(/[^/\x00-\x1f\\]+)*$')"
        " && !self.split('/').exists(part, part in ['.', '..'])",
        "must be a folder below the root, without a slash at either end, such as clusters/edge/apps/*",
    ),
    maxLength=256,
)

DIGEST: Final = {"pattern": "^sha256:[0-9a-f]{64}$"}


def _address(schemes: tuple[str, ...], user: str, message: str) -> dict[str, Any]:
    """A URL of one of some schemes, without a password, query or fragment; `user` matches what may stand before @."""
    return _checked(
        rule(rf"self.matches(r'^({'|'.join(schemes)})://{user}[^/@?#\s\x00-\x1f]+(/[^@?#\s\x00-\x1f]*)?$')", message),
        maxLength=2048,
    )


GIT_URL: Final = _address(
    ("https", "http", "ssh"),
    "([A-Za-z0-9._-]+@)?",
    "must be the address of a repository, such as https://git.example.com/team/repo.git or "
    "ssh://git@git.example.com/team/repo.git; passwords and tokens belong in a Secret",
)

OCI_URL: Final = _address(
    ("oci",),
    "",
    "must be a registry and a repository, such as oci://registry.example.com/team/manifests, without tag or digest; "
    "user and password belong in a Secret",
)

HTTP_URL: Final = _checked(
    rule(
        r"self.matches(r'^https?://[^/@?#\s\x00-\x1f]+(/[^@#\s\x00-\x1f]*)?$')",
        "must be an http or https address; user and password belong in a Secret",
    ),
    maxLength=2048,
)


def _at_most_one(fields: tuple[str, ...], message: str) -> dict[str, Any]:
    return _checked(
        rule(f"[{', '.join(f'has(self.{field})' for field in fields)}].filter(set, set).size() <= 1", message)
    )


ONE_GIT_REVISION: Final = _at_most_one(
    ("branch", "tag", "semver", "commit", "ref"), "branch, tag, semver, commit and ref exclude each other: keep one"
)

ONE_OCI_REVISION: Final = _at_most_one(
    ("tag", "semver", "digest"), "tag, semver and digest exclude each other: keep one of them"
)

SOURCES: Final = ("git", "oci", "helm", "http", "inline", "flux", "infrahub")

HELM_URL: Final = _address(
    ("https", "http", "oci"),
    "",
    "must be the address of a chart repository, such as https://charts.example.com, or of a chart in a registry, such "
    "as oci://registry.example.com/charts/gateway; user and password belong in a Secret",
)

CHART_PLACE: Final = _checked(
    rule(
        "self.url.startsWith('oci://') != has(self.chart)",
        "a repository needs the name of the chart; in a registry the chart is part of the url (oci://…/charts/gateway)",
        fieldPath=".chart",
    ),
)

CHART_NAME: Final = _checked(
    rule(_matches("^[A-Za-z0-9][-A-Za-z0-9_.]*$"), "must be the name of a chart, such as gateway"), maxLength=250
)

RELEASE_NAME: Final = _checked(
    rule(
        _matches(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"),
        "must be the name of a release: lower-case letters, digits, '-' and '.', such as gateway",
    ),
    maxLength=53,
)

CONFIG_KEY: Final = {"pattern": "^[-._a-zA-Z0-9]+$", "maxLength": 253}

ANY_MAP: Final = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}

FEW: Final = {"maxItems": 16}
"""Lists whose items have rules of their own that cost much."""

VARIABLES: Final = _checked(
    rule(
        "self.all(name, name.matches('^[_a-zA-Z][_a-zA-Z0-9]*$'))",
        "must be names of variables: letters, digits and '_', such as CLUSTER_NAME",
    ),
    maxProperties=128,
)

ONE_VALUES: Final = _checked(
    rule(
        "[has(self.configMap), has(self.secret), has(self.infrahub)].filter(set, set).size() == 1",
        "name exactly one of configMap, secret and infrahub",
    )
)

ONE_SOURCE: Final = _checked(
    rule(
        f"[{', '.join(f'has(self.{source})' for source in SOURCES)}].filter(set, set).size() == 1",
        f"name exactly one source: one of {', '.join(SOURCES)}",
    )
)

FOLDERS: Final = ("git", "oci", "http", "flux")
"""Sources whose units are folders."""

VIDRA_SYNC: Final = _checked(
    *SERVICE_ACCOUNT["x-kubernetes-validations"],
    rule(
        f"!has(self.render) || {' || '.join(f'has(self.source.{source})' for source in FOLDERS)}",
        f"render is about the folders of {', '.join(FOLDERS)}; what a chart is rendered with stands in source.helm",
        fieldPath=".render",
        reason="FieldValueForbidden",
    ),
)

ONE_MANIFEST: Final = _checked(
    *SERVICE_ACCOUNT["x-kubernetes-validations"],
    rule(
        "!(has(self.manifest) && has(self.content))",
        "there is a manifest already: keep one of them (a sync writes content)",
        fieldPath=".content",
        reason="FieldValueForbidden",
    ),
)
