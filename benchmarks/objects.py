"""What the benchmarks apply."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def config_map(unit: int, number: int) -> Json:
    """A ConfigMap of 300 bytes."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"unit-{unit}-{number}"},
        "data": {"text": "x" * 300},
    }


def application(number: int) -> list[tuple[str, str, Json]]:
    """What a small application consists of, each object with its API and resource; no Pod is started."""
    name, labels = f"app-{number}", {"app": f"app-{number}"}
    container = {"name": "web", "image": "web:1", "ports": [{"containerPort": 80}]}
    template = {"metadata": {"labels": labels}, "spec": {"serviceAccountName": name, "containers": [container]}}
    backend = {"service": {"name": name, "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    bodies: list[tuple[str, str, str, Json]] = [
        ("v1", "ServiceAccount", "serviceaccounts", {}),
        ("v1", "Service", "services", {"spec": {"selector": labels, "ports": [{"port": 80}]}}),
        (
            "apps/v1",
            "Deployment",
            "deployments",
            {"spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}},
        ),
        (
            "networking.k8s.io/v1",
            "Ingress",
            "ingresses",
            {"spec": {"rules": [{"host": f"{name}.example.com", "http": {"paths": paths}}]}},
        ),
    ]
    return [
        (
            f"apis/{version}" if "/" in version else f"api/{version}",
            resource,
            {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **rest},
        )
        for version, kind, resource, rest in bodies
    ]


def manifest(unit: int, objects: int) -> str:
    """An artifact with so many ConfigMaps."""
    return "".join(
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: unit-{unit}-{number}\ndata:\n  text: {'x' * 300}\n"
        for number in range(objects)
    )
