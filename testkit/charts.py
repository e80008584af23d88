"""Charts and overlays of our own, as maps from paths to texts: each shows one thing that people's have."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

Files = dict[str, bytes]

KUBE_VERSION: Final = "v1.34.1"
API_VERSIONS: Final = (
    "v1",
    "admissionregistration.k8s.io/v1",
    "apiextensions.k8s.io/v1",
    "apps/v1",
    "autoscaling/v2",
    "batch/v1",
    "monitoring.coreos.com/v1",
    "networking.k8s.io/v1",
    "policy/v1",
    "rbac.authorization.k8s.io/v1",
)


def chart(name: str = "shop", *, meta: Mapping[str, Any] | None = None, **files: str) -> Files:
    """A chart's folder; `__` in a name is a slash, and a name without an ending is a template."""
    about = {"apiVersion": "v2", "name": name, "version": "1.2.3", "appVersion": "7", **(meta or {})}
    paths = {_path(key): text.encode() for key, text in files.items()}
    return {"Chart.yaml": yaml.safe_dump(about).encode(), **paths}


def within(folder: str, files: Mapping[str, bytes]) -> Files:
    """The same files in a folder."""
    return {f"{folder}/{path}": content for path, content in files.items()}


def packed(files: Mapping[str, bytes], folder: str = "shop") -> bytes:
    """The archive of a folder, the same bytes each time."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as archive:
        for path, content in sorted(files.items()):
            member = tarfile.TarInfo(f"{folder}/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def unfolded(files: Mapping[str, bytes], folder: Path) -> Path:
    """The files in a folder on disk, for programs that want one."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def _path(key: str) -> str:
    path = key.replace("__", "/")
    known = {"values": "values.yaml", "schema": "values.schema.json", "ignored": ".helmignore", "lock": "Chart.lock"}
    return known.get(path, f"templates/{path}.yaml" if "." not in path and "/" not in path else path)


def config_map(name: str, data: str = "a: b", annotations: str = "", kind: str = "ConfigMap") -> str:
    """The text of a small object."""
    noted = f"\n  annotations: {{{annotations}}}" if annotations else ""
    return f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}{noted}\ndata: {{{data}}}\n"


def job(name: str, annotations: str) -> str:
    """The text of a Job."""
    return (
        f"apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\n  annotations: {{{annotations}}}\n"
        "spec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: main, image: busybox}]\n"
    )


def definition(kind: str) -> str:
    """The text of a CustomResourceDefinition."""
    plural = f"{kind.lower()}s"
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"metadata: {{name: {plural}.example.com}}\n"
        f"spec:\n  group: example.com\n  scope: Namespaced\n  names: {{kind: {kind}, plural: {plural}}}\n"
        "  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]\n"
    )


_HELPERS = (
    '{{- define "shop.name" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end }}\n'
    '{{- define "shop.labels" -}}\napp: {{ include "shop.name" . }}\n'
    'version: {{ .Chart.AppVersion | quote }}\nchart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}\n{{- end }}\n'
)

CHARTS: Final[dict[str, tuple[Files, str]]] = {
    "one object": (chart(web=config_map("web", "replicas: {{ .Values.n | quote }}"), values="n: 3"), ""),
    "helpers, numbers and defaults": (
        chart(
            web='apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include "shop.name" . }}\n'
            '  labels: {{- include "shop.labels" . | nindent 4 }}\nspec:\n  replicas: {{ .Values.replicas }}\n'
            "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n"
            "    spec:\n      containers:\n{{ toYaml .Values.containers | indent 8 }}\n",
            values="replicas: 2\ncontainers: [{name: web, image: nginx}]\nbig: 1000000\n",
        )
        | {"templates/_helpers.tpl": _HELPERS.encode()},
        "replicas: 1234567\nextra: {deep: [1, 2.5, true, null]}",
    ),
    "several kinds in one file, in Helm's order": (
        chart(
            all="---\n".join(
                (
                    config_map("b"),
                    "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}]}\n",
                    "apiVersion: v1\nkind: Namespace\nmetadata: {name: box}\n",
                    "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n",
                    "# nothing but a comment\n",
                    config_map("a"),
                )
            ),
        ),
        "",
    ),
    "a subchart with a condition, and values for it": (
        chart(
            meta={
                "dependencies": [
                    {"name": "db", "version": "1.x", "condition": "db.on"},
                    {"name": "plain", "version": "1"},
                ]
            },
            web=config_map("web", "size: {{ .Values.db.size | quote }}"),
            values="db: {on: true, size: 5}\nplain: {enabled: false}\nglobal: {zone: a}\n",
        )
        | within(
            "charts/db",
            chart("db", values="size: 1\n", db=config_map("db", "z: {{ .Values.global.zone }}{{ .Values.size }}")),
        )
        | within("charts/plain", chart("plain", only=config_map("plain"))),
        "db: {size: 7}\nglobal: {zone: b}",
    ),
    "what the cluster can do": (
        chart(
            web=config_map(
                "web", "v: {{ .Capabilities.KubeVersion.Version }}, m: {{ .Capabilities.KubeVersion.Minor | quote }}"
            )
            + '{{- if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}\n---\n'
            + config_map("monitored")
            + '{{- end }}{{- if .Capabilities.APIVersions.Has "none.example.com/v1" }}\n---\n'
            + config_map("never")
            + "{{- end }}\n",
            meta={"kubeVersion": ">=1.20.0-0"},
        ),
        "",
    ),
    "files, tpl, hashes and a chart's own notes": (
        chart(
            web=config_map("web", 'a: {{ tpl .Values.t . | quote }}, s: {{ .Files.Get "conf/a.txt" | sha256sum }}'),
            values='t: "{{ .Release.Name }} in {{ .Release.Namespace }} {{ .Release.IsInstall }}"\n',
        )
        | {"conf/a.txt": b"hello\n", "templates/NOTES.txt": b"Thank you for {{ .Chart.Name }}\n"},
        "",
    ),
    "null takes a key away, and lists are replaced": (
        chart(web=config_map("web", "v: {{ .Values | toJson | quote }}"), values="a: {b: 1, c: 2}\nl: [1, 2]\nx: y\n"),
        "a: {b: null}\nl: [3]\nx: null",
    ),
    "definitions, in crds and among the templates": (
        chart(web=definition("Gadget")) | {"crds/widget.yaml": definition("Widget").encode()},
        "",
    ),
    "hooks of every moment": (
        chart(
            web=config_map("web"),
            hooks="---\n".join(
                (
                    job("migrate", "helm.sh/hook: 'pre-install,pre-upgrade', helm.sh/hook-weight: '5'"),
                    config_map("settings", annotations="helm.sh/hook: pre-install, helm.sh/hook-weight: '-1'"),
                    job("announce", "helm.sh/hook: post-install, helm.sh/hook-delete-policy: hook-succeeded"),
                    job("reindex", "helm.sh/hook: 'post-upgrade'"),
                    job("mixed", "helm.sh/hook: 'post-install,pre-upgrade,pre-delete'"),
                )
            ),
        ),
        "",
    ),
    "dashes that touch what follows": (chart(web=f"---{config_map('a')}---   # b\n{config_map('b')}"), ""),
    "a folder with .helmignore": (
        chart(web=config_map("web"), ignored="drafts/\n*.bak\n")
        | {
            "templates/drafts/x.yaml": b"{{ fail `draft` }}",
            "templates/y.yaml.bak": b"{{ broken",
            "templates/.z.yaml": b"{{",
        },
        "",
    ),
    "YAML 1.1 in what is annotated": (
        chart(
            web=config_map("web", "on: 'yes', m: '0644', big: '12345678901234567890'", "helm.sh/resource-policy: keep")
        ),
        "",
    ),
    "merges and keys that are there twice, in what is annotated": (
        chart(
            web="x: &x {metadata: {name: a, annotations: {helm.sh/resource-policy: keep, other: one}}}\n<<: *x\n"
            "apiVersion: v1\nkind: ConfigMap\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
            "metadata: {name: b, annotations: {helm.sh/resource-policy: keep}}\n",
        ),
        "",
    ),
    "a licence before the first object": (
        chart(web="# all rights\n---\n" + config_map("web"))
        | {"crds/w.yaml": b"# all rights\n---\n# more\n---\n" + definition("Widget").encode()},
        "",
    ),
    "aliases in what is annotated": (
        chart(
            web="apiVersion: v1\nkind: ConfigMap\nmetadata: &m\n  name: a\n"
            "  annotations: &n {helm.sh/resource-policy: keep}\n"
            "data: {x: &x one, y: *x}\n",
        ),
        "",
    ),
}
"""What `helm template` is compared with: a chart, and values."""
