"""What is never an object of a sync: Vidra's own definitions, its namespace and all in it, settings and credentials.

Whoever may write an artifact must not thereby stop Vidra, or have it act as somebody else.
"""

from __future__ import annotations

from vidra.api.names import CLUSTER_LABEL, CONFIG_LABEL, CONFIG_VALUE, GROUP, INFRAHUB_LABEL
from vidra.apply.desired import Desired


def protected(item: Desired, own_namespace: str) -> str:
    """Why an object is refused; empty when it is not.

    Args:
        own_namespace: Vidra's, in the cluster that it runs in; empty for any other cluster, where none of this matters.
    """
    if not own_namespace:
        return ""
    ref = item.ref
    if own_namespace in {ref.namespace, ref.name if ref.kind == "Namespace" else ""}:
        return f"the namespace {own_namespace} is Vidra's own"
    if ref.kind == "CustomResourceDefinition" and ref.name.endswith(f".{GROUP}"):
        return "this definition is Vidra's own"
    labels = item.body["metadata"]["labels"]
    if ref.kind == "Secret" and not ref.group and {CLUSTER_LABEL, INFRAHUB_LABEL} & labels.keys():
        return "Vidra takes credentials from such Secrets, and only a person may give it any"
    if ref.kind == "ConfigMap" and not ref.group and labels.get(CONFIG_LABEL) == CONFIG_VALUE:
        return "Vidra takes its settings from such ConfigMaps, and only a person may change them"
    return ""
