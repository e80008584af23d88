"""Vidra's own chart: what it renders, and its Deployment at work as a kubelet would have it, but for the image."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from testkit.controlplane import ControlPlane
from testkit.controlplane.kubectl import kubectl
from testkit.process import OperatorProcess
from toolchain.tools import find_tool
from toolchain.versions import wanted

Json = dict[str, Any]

CHART = Path(__file__).parents[2] / "charts" / "vidra"
IMAGE = "controllerManager.manager.image.repository=registry.example.com/vidra"
"""The one value without a default."""


async def rendered(folder: Path, *args: str) -> list[Json]:
    """The objects of the chart, with these arguments of `helm template`; no cluster is asked.

    Raises:
        KubectlError: The values are not as they should be.
    """
    helm = await asyncio.to_thread(find_tool, "helm")
    version = ("--kube-version", wanted().kubernetes)
    ended = await kubectl(
        helm, folder / "none", "template", "vidra", str(CHART), "-n", "vidra-system", *version, "--set", IMAGE, *args
    )
    # C, because the definitions of rights are long and there are many tests.
    return [body for body in yaml.load_all(ended.stdout, Loader=yaml.CSafeLoader) if body]


class Pod(NamedTuple):
    """What a kubelet would be told."""

    args: list[str]
    environment: dict[str, str]
    token: str


async def pod(plane: ControlPlane, namespace: str, name: str = "vidra") -> Pod:
    """What the Pods of a Deployment that is in the cluster are."""
    answer = await plane.request("GET", f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
    spec = answer.body["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert container["command"] == ["vidra", "operator"]
    environment = {item["name"]: _value(item, namespace) for item in container["env"]}
    return Pod(container["args"], environment, await token(plane, namespace, spec["serviceAccountName"]))


async def deployed(plane: ControlPlane, folder: Path, namespace: str) -> OperatorProcess:
    """The operator with the arguments, environment and token of the Deployment, run as it is installed here.

    What a kubelet would mount is in a kubeconfig instead; its ports are free ones, as many share this machine.
    """
    told = await pod(plane, namespace)
    config = msgspec.yaml.decode(plane.kubeconfig.read_bytes())
    config["users"][0]["user"] = {"token": told.token}
    kubeconfig = folder / "account.kubeconfig"
    kubeconfig.write_bytes(msgspec.yaml.encode(config))
    return OperatorProcess.over(plane, folder, *told.args, kubeconfig=kubeconfig, **told.environment)


async def token(plane: ControlPlane, namespace: str, account: str) -> str:
    """A token of a ServiceAccount, from the API by which a kubelet gets it."""
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
    answer = await plane.request("POST", path, {"spec": {"expirationSeconds": 3600}})
    assert answer.status == 201, answer
    return str(answer.body["status"]["token"])


def _value(item: Json, namespace: str) -> str:
    """The value of an environment variable of a Pod in a namespace."""
    if "value" in item:
        return str(item["value"])
    assert item["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.namespace", item
    return namespace
