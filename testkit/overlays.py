"""Overlays of our own, as maps from paths to texts: each shows one thing that people's have."""

from __future__ import annotations

from typing import Final

from testkit.charts import Files, config_map, definition, within

WEB: Final = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {app: web}}\nspec:\n  replicas: 1\n"
    "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n"
    "    spec:\n      containers:\n        - {name: web, image: nginx, env: [{name: MODE, valueFrom: {configMapKeyRef: "
    "{name: settings, key: mode}}}]}\n"
)


def overlay(kustomization: str, **files: str) -> Files:
    """A folder with a kustomization; a name without an ending is a YAML file, and `__` in it is a slash."""
    paths = {_path(key): text.encode() for key, text in files.items()}
    return {"kustomization.yaml": kustomization.encode(), **paths}


def _path(key: str) -> str:
    path = key.replace("__", "/")
    return path if "." in path else f"{path}.yaml"


BASE: Final = within("base", overlay("resources: [web.yaml]\n", web=WEB))

OVERLAYS: Final[dict[str, tuple[Files, str]]] = {
    "resources": (
        overlay("resources: [web.yaml, more]\n", web=WEB)
        | within("more", overlay("resources: [a.yaml]\n", a=config_map("a"))),
        "",
    ),
    "a base beside the overlay, with patches": (
        BASE
        | within(
            "edge",
            overlay(
                "resources: [../base]\nnamePrefix: edge-\nnamespace: edge\nreplicas: [{name: web, count: 3}]\n"
                "patches:\n  - path: more.yaml\n  - target: {kind: Deployment}\n    patch: |-\n"
                "      - {op: add, path: /metadata/annotations, value: {at: https://example.com/x}}\n",
                more="apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {paused: true}\n",
            ),
        ),
        "edge",
    ),
    "generators with hashes, and references to them": (
        overlay(
            "resources: [web.yaml]\nconfigMapGenerator:\n"
            "  - {name: settings, literals: ['mode=fast', 'url=https://example.com'], files: [a.txt, b=a.txt]}\n"
            "secretGenerator:\n  - {name: key, envs: [keys.env], type: Opaque}\n"
            "generatorOptions: {labels: {made: here}}\n",
            web=WEB,
            **{"a.txt": "hello\n", "keys.env": "A=1\nB=two\n"},
        ),
        "",
    ),
    "components, images, labels and replacements": (
        BASE
        | within(
            "edge",
            overlay(
                "resources: [../base]\ncomponents: [../loud]\n"
                "images: [{name: nginx, newName: example/web, newTag: '2'}]\n"
                "labels: [{pairs: {team: blue}, includeSelectors: true}]\n"
                "replacements:\n  - source: {kind: Deployment, fieldPath: metadata.name}\n"
                "    targets: [{select: {kind: ConfigMap}, fieldPaths: [data.of], options: {create: true}}]\n",
            ),
        )
        | within(
            "loud",
            overlay(
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [a.yaml]\n",
                a=config_map("a"),
            ),
        ),
        "edge",
    ),
    "built-in transformers, inline and in files": (
        overlay(
            "resources: [web.yaml]\ntransformers:\n  - ns.yaml\n  - |-\n    apiVersion: builtin\n"
            "    kind: LabelTransformer\n    metadata: {name: labels}\n    labels: {a: b}\n"
            "    fieldSpecs: [{path: metadata/labels, create: true}]\n",
            web=WEB,
            ns="apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: ns, namespace: edge}\n"
            "fieldSpecs: [{path: metadata/namespace, create: true}]\n",
        ),
        "",
    ),
    "fields that are deprecated": (
        overlay(
            "bases: [base]\ncommonLabels: {app: shop}\npatchesStrategicMerge:\n  - |-\n    apiVersion: apps/v1\n"
            "    kind: Deployment\n    metadata: {name: web}\n    spec: {replicas: 4}\n"
            "vars: [{name: NAME, objref: {apiVersion: apps/v1, kind: Deployment, name: web}}]\n",
        )
        | BASE,
        "",
    ),
    "patches and transformers on one line": (
        overlay(
            "resources: [web.yaml]\npatchesStrategicMerge: ['{apiVersion: apps/v1, kind: Deployment, metadata: "
            "{name: web, annotations: {at: \"https://example.com\"}}}']\ntransformers: ['{apiVersion: builtin, "
            "kind: NamespaceTransformer, metadata: {name: t, namespace: edge}, "
            "fieldSpecs: [{path: metadata/namespace, create: true}]}']\n",
            web=WEB,
        ),
        "",
    ),
    "definitions that tell where names are": (
        overlay(
            "resources: [widget.yaml, gadgets.yaml]\nnamePrefix: x-\n",
            widget=definition("Widget"),
            gadgets=config_map("g"),
        ),
        "",
    ),
}
"""What `kubectl kustomize` is compared with: files, and a folder."""
