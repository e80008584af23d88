"""Every name that Vidra reads or leaves in a cluster: groups, labels, annotations, finalizers."""

GROUP = "infrahub.operators.com"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

SYNC_KIND = "InfrahubSync"
SYNC_PLURAL = "infrahubsyncs"
VIDRA_SYNC_KIND = "VidraSync"
VIDRA_SYNC_PLURAL = "vidrasyncs"
RESOURCE_KIND = "VidraResource"
RESOURCE_PLURAL = "vidraresources"
SYNC_PLURALS = {SYNC_KIND: SYNC_PLURAL, VIDRA_SYNC_KIND: VIDRA_SYNC_PLURAL}
PLURALS = {**SYNC_PLURALS, RESOURCE_KIND: RESOURCE_PLURAL}
"""Of all kinds of Vidra's own."""
PATHS = {kind: f"/apis/{API_VERSION}/{plural}" for kind, plural in PLURALS.items()}
"""Where an API server has them."""

SYNC_FINALIZER = f"infrahubsync.{GROUP}/finalizer"
"""Keeps an InfrahubSync until the VidraResources that it created are deleted."""
VIDRA_SYNC_FINALIZER = f"vidrasync.{GROUP}/finalizer"
"""The same of a VidraSync."""
RESOURCE_FINALIZER = f"vidraresource.{GROUP}/finalizer"
"""Keeps a VidraResource until its objects are deleted. Vidra 0.0.6 uses the same name."""
FINALIZERS = {SYNC_KIND: SYNC_FINALIZER, VIDRA_SYNC_KIND: VIDRA_SYNC_FINALIZER, RESOURCE_KIND: RESOURCE_FINALIZER}
"""Of each kind."""

CLI = "vidra-cli"
"""Who made what `vidra install` makes, in the label `app.kubernetes.io/managed-by`."""

REQUESTED_AT = f"vidra.{GROUP}/requestedAt"
"""Annotation on a sync or VidraResource; every new value requests one reconcile at once."""

APPROVE_PRUNE = f"vidra.{GROUP}/approvePrune"
"""Annotation on a sync or VidraResource whose prune is held; its value names the held set."""
FORGET_LOST = f"vidra.{GROUP}/forgetLost"
"""Annotation on a VidraResource of whose inventory a part is lost for good; its value names what is missing."""
PRUNE = f"vidra.{GROUP}/prune"
"""Annotation on an object: `disabled` keeps it when it is no longer wanted."""
RECREATE = f"vidra.{GROUP}/recreate"
"""Annotation on an object: `enabled` lets Vidra delete and create it when a change is immutable."""

WAVE = f"vidra.{GROUP}/wave"
"""Annotation on an object: a whole number. Objects of a higher wave wait until those of lower waves are healthy."""

TRACE_ID = f"vidra.{GROUP}/trace-id"
"""Annotation on an Event: id of the trace that it is a part of, where changes are traced."""

USUAL_NAMESPACE = "vidra-system"
"""Vidra's own namespace where nothing else is said."""

HOLDER_VERSION = f"vidra.{GROUP}/holder-version"
"""Annotation on a Lease: its holder, and which version of Vidra that is."""

MANAGED_LABEL = f"vidra.{GROUP}/managed"
MANAGED_VALUE = "true"
"""Label of every object that Vidra applies; also what its watches select by. Names without a prefix are the users'."""
FORMER_LABEL = "managed-by"
FORMER_VALUE = "vidra"
"""The same before 2026-11-29. Nothing writes it any more; the next manifest removes it from an object."""

MANAGER_PREFIX = "vidra:"
"""Every owner of an object applies it with a field manager of its own: `vidra:<hub>:<owner>`."""

CLUSTER_HASH_LABEL = f"vidra.{GROUP}/cluster"
"""Label of a VidraResource that a sync with a clusterSelector made: a hash of the server of its cluster."""
SYNC_LABEL = f"vidra.{GROUP}/sync"
"""Label of what a sync made (VidraResources, content Secrets): a hash of its key, because names outgrow labels."""
RESOURCE_LABEL = f"vidra.{GROUP}/resource"
"""Label of a content Secret: a hash of the name of the VidraResource whose content it holds."""
CHECKSUM_LABEL = f"vidra.{GROUP}/checksum"
"""Label of a content Secret: the MD5 that Infrahub gave for the content."""

INVENTORY_LABEL = f"vidra.{GROUP}/inventory"
"""Label of a ConfigMap with a part of an inventory: a hash of the name of the VidraResource whose inventory it is."""

STAMP = f"vidra.{GROUP}/stamp"
"""Annotation of a content Secret: random, and what Vidra seals the VidraResources with that the content is given to."""

OWNER_PREFIX = f"owner.vidra.{GROUP}/"
"""Each owner of an object has one annotation of its own below this prefix; its value is the owner's name."""

FIRST_MANAGED_BY = "managed-by"
FIRST_VALUE = "vidra"
FIRST_OWNED_BY = f"vidraresource.{GROUP}/owned-by"
"""Annotations of the first Vidra on every object: its own name, and those of the VidraResources, with commas."""

CONFIG_LABEL = "app"
CONFIG_VALUE = "vidra"
"""Label of the ConfigMap with Vidra's settings, in its own namespace."""
INFRAHUB_LABEL = "infrahub-api-url"
"""Label (host) and annotation (whole URL, which wins) of a Secret with credentials for an Infrahub."""
SOURCE_LABEL = f"vidra.{GROUP}/source"
"""Label (host) and annotation (start of a URL, which wins; the longest of them first) of a Secret with credentials for
a source other than Infrahub."""
KEYS_LABEL = f"vidra.{GROUP}/keys"
"""Label of a Secret whose values are public keys; `verify.keys` of a sync names its value."""
MANIFESTS_LABEL = f"vidra.{GROUP}/manifests"
"""Label of a ConfigMap or Secret whose values are manifests; `source.inline.label` of a sync names its value."""
VALUES_LABEL = f"vidra.{GROUP}/values"
"""Label of a ConfigMap or Secret whose values charts and kustomizations may be rendered with, by its name in a sync."""
WEBHOOK_KEY_LABEL = f"vidra.{GROUP}/webhook-key"
"""Label of a Secret in Vidra's namespace whose values are keys that Infrahub signs webhooks with. The annotation
`infrahub-api-url` on it says of which Infrahub only."""
CLUSTER_LABEL = "cluster-kubeconfig"
"""Label (host) and annotation (whole URL, which wins) of a Secret with the kubeconfig of a cluster."""

TARGET_LABEL = f"vidra.{GROUP}/target"
"""Label (one name) and annotation (several, with commas between; it wins) of a Secret with the kubeconfig of a cluster:
the objects of Infrahub whose artifacts go to this cluster, where a sync routes by target."""

LOCAL_SERVER = "https://kubernetes.default.svc"
"""The destination that means: the cluster that Vidra runs in."""
