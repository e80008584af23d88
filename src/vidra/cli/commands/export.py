"""`vidra export`: everything that a person set up, as YAML for another cluster, without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from vidra.cli.options import ContextOption, KubeconfigOption, Place
from vidra.cli.parsing import Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.kube.client import Client

Json = dict[str, Any]

_OF_THE_SERVER = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "finalizers",
    "ownerReferences",
)
_MOMENTARY = ("requestedAt", "approvePrune")


def export(
    suspended: Annotated[
        bool, Option("--suspended", help="Suspend everything, so that you can check it first.")
    ] = False,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Write the syncs, VidraResources created by hand, and settings as YAML that `kubectl apply -f -` takes.

    Secrets are left out; a comment for each says what has to exist before. So is a VidraResource with a Secret
    in its manifest.

    Example: vidra export > vidra.yaml
    """
    from vidra.cli.session import against
    from vidra.cli.terminal import one_line
    from vidra.manifests.write import write

    items, remarks = against(Place(kubeconfig, context), _gather)
    for remark in remarks:
        echo(f"# {one_line(remark)}")
    echo(write(_suspended(item) if suspended else item for item in items), nl=False)


async def _gather(client: Client) -> tuple[list[Json], list[str]]:
    from vidra.api.names import CLUSTER_LABEL, INFRAHUB_LABEL, PATHS, SOURCE_LABEL, SYNC_PLURALS
    from vidra.views.hub_objects import CONFIG_MAPS, CONFIG_SELECTOR, SECRETS, listed
    from vidra.views.hub_paths import RESOURCES
    from vidra.views.secret_masking import masked

    items = [_clean(item, "v1", "ConfigMap") for item in await listed(client, CONFIG_MAPS, dict, CONFIG_SELECTOR)]
    remarks = []
    for label in (INFRAHUB_LABEL, SOURCE_LABEL, CLUSTER_LABEL):
        remarks += [_remark(item, label) for item in await listed(client, SECRETS, dict, label)]
    version = "infrahub.operators.com/v1alpha1"
    for kind in SYNC_PLURALS:
        items += [_clean(item, version, kind) for item in await listed(client, PATHS[kind], dict)]
    for item in await listed(client, RESOURCES, dict):
        clean = _clean(item, version, "VidraResource")
        if item["metadata"].get("ownerReferences") or "content" in item["spec"]:
            continue
        if masked(clean) != clean:
            remarks.append(f"left out, because its manifest holds a Secret: VidraResource {item['metadata']['name']}")
        else:
            items.append(clean)
    return items, remarks


def _clean(item: Json, version: str, kind: str) -> Json:
    """Without status and what a server or a moment left."""
    from vidra.views.secret_masking import tidy

    kept = tidy(item)
    metadata = {key: value for key, value in kept["metadata"].items() if key not in _OF_THE_SERVER}
    if annotations := metadata.pop("annotations", None):
        lasting = {key: value for key, value in annotations.items() if key.rpartition("/")[2] not in _MOMENTARY}
        metadata |= {"annotations": lasting} if lasting else {}
    rest = {key: value for key, value in kept.items() if key not in {"metadata", "status", "apiVersion", "kind"}}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def _remark(secret: Json, label: str) -> str:
    metadata = secret["metadata"]
    keys = ", ".join(sorted(secret.get("data") or {}))
    host = metadata["labels"][label]
    return f"not exported: Secret {metadata['namespace']}/{metadata['name']}, labelled {label}={host}, with {keys}"


def _suspended(item: Json) -> Json:
    return {**item, "spec": {**item["spec"], "suspend": True}} if "spec" in item else item
