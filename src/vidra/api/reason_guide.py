"""What each reason means and what to do about it: the one source of docs/spec/conditions.md and of `vidra explain`.

The texts are Markdown, with links as from the page. `test_reasons.py` holds page and source together.
"""

from __future__ import annotations

import re

import msgspec

from vidra.api.reasons import Reason


class Explanation(msgspec.Struct, frozen=True):
    """What a reason means, and what to do."""

    meaning: str
    advice: str


def explain(reason: Reason) -> Explanation:
    """The explanation of a reason for a terminal, without Markdown's links."""
    found = next(section[reason] for section in GUIDE.values() if reason in section)
    return Explanation(_plain(found.meaning), _plain(found.advice))


def row(reason: Reason) -> str:
    """The explanation of a reason as a row of the page."""
    found = next(section[reason] for section in GUIDE.values() if reason in section)
    return f"| `{reason}` | {found.meaning} | {found.advice} |"


def _plain(text: str) -> str:
    return re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", text)


GUIDE: dict[str, dict[Reason, Explanation]] = {
    "Good ends": {
        Reason.APPLIED: Explanation(
            "Every object of the VidraResource is in its cluster as the manifest says.",
            "Nothing.",
        ),
        Reason.SYNCED: Explanation(
            "Every artifact of the sync is applied.",
            "Nothing.",
        ),
    },
    "On the way": {
        Reason.PROGRESSING: Explanation(
            "A reconcile is running, or the first one has not ended yet.",
            "Wait. If it lasts, look at the log of Vidra and at its queue metrics.",
        ),
        Reason.RETRYING: Explanation(
            "It has failed, and Vidra tries again by itself. Only in the condition `Reconciling`; the reason of "
            "the failure is that of `Ready`.",
            "Wait, or look at what the message of `Ready` names.",
        ),
        Reason.SUSPENDED: Explanation(
            "`spec.suspend` is true: nothing is fetched, applied or pruned. What is applied stays as it is.",
            "Resume it: `vidra resume NAME`, or set `spec.suspend` to false.",
        ),
        Reason.DELETING: Explanation(
            "The resource is being deleted; its objects are deleted first.",
            "Wait. If it lasts, the message names the objects that are left.",
        ),
        Reason.WAITING_FOR_HEALTH: Explanation(
            "Everything is applied, or a [wave](order.md#waves) of it, and some objects are not healthy yet.",
            "Wait. The message names the objects and what they say of themselves; with `wait` it ends after "
            "`healthTimeout`.",
        ),
        Reason.NOT_OBSERVED: Explanation(
            "Everything is applied, but Vidra cannot see the health of some objects now: their watch is not up "
            "(yet). Only with `wait`.",
            "Wait. The message says what blocks the watch; it ends with the watch.",
        ),
        Reason.DEPENDENCY_NOT_READY: Explanation(
            "Something in `dependsOn` does not exist, or is not healthy, yet. Nothing new is applied before; what "
            "is applied is still reconciled.",
            "Look at what the message names.",
        ),
        Reason.RESOURCES_NOT_READY: Explanation(
            "Some VidraResources of the sync are not Ready.",
            "Look at the VidraResources that the message names.",
        ),
    },
    "The spec": {
        Reason.INVALID_SPEC: Explanation(
            "A field or annotation cannot be read. Stalled.",
            "Correct what the message names; it shows how the field should look.",
        ),
        Reason.DEPENDENCY_CYCLE: Explanation(
            "Syncs or VidraResources wait for each other in a circle. Stalled.",
            "Take one `dependsOn` out of the circle that the message names.",
        ),
    },
    "Infrahub": {
        Reason.INFRAHUB_UNREACHABLE: Explanation(
            "No answer from Infrahub: connection refused, time-out or TLS. What is applied stays and is still kept "
            "free of drift. Retried.",
            "Check the address, DNS, network policies and the certificate.",
        ),
        Reason.INFRAHUB_ERROR: Explanation(
            "Infrahub answered with an error that may pass. Retried.",
            "If it lasts, look at the log of Infrahub.",
        ),
        Reason.NOT_INFRAHUB: Explanation(
            "What answers is not an Infrahub API, but a web page, a redirect or something else.",
            "Check `spec.source.infrahubAPIURL`, its port and its path.",
        ),
        Reason.CREDENTIALS_MISSING: Explanation(
            "No Secret that counts holds credentials for this Infrahub, or only one that is not for this address.",
            "Create one in Vidra's namespace, or annotate the Secret as the message says: see "
            "[configuration](configuration.md#credentials-of-infrahub).",
        ),
        Reason.CREDENTIALS_INVALID: Explanation(
            "The Secret for this Infrahub lacks keys, or its values cannot be read. As an Event: Vidra skips it "
            "and takes the next.",
            "Give it `username` and `password`, or `token`.",
        ),
        Reason.UNAUTHORIZED: Explanation(
            "Infrahub, or another source, refuses the credentials, or wants some.",
            "Check the user or the token there, then the Secret that the message names.",
        ),
        Reason.QUERY_NOT_FOUND: Explanation(
            "Infrahub has no stored query of the configured name.",
            "Create the query in Infrahub, or set `queryName` in [Vidra's "
            "ConfigMap](configuration.md#settings-of-the-operator).",
        ),
        Reason.QUERY_FAILED: Explanation(
            "Infrahub has the stored query but cannot run it as Vidra asks.",
            "Compare its variables and fields with the query in "
            "[configuration](configuration.md#the-query-in-infrahub).",
        ),
        Reason.BRANCH_NOT_FOUND: Explanation(
            "Infrahub has no such branch. Nothing is pruned. Stalled.",
            "Create the branch, or change `spec.source.targetBranch`.",
        ),
        Reason.INVALID_TARGET_DATE: Explanation(
            "Infrahub does not take the target date, for example because it lies before its first data, or before "
            "the branch was made. What is applied stays. Stalled.",
            "Change `spec.source.targetDate`.",
        ),
        Reason.ARTIFACT_NOT_FOUND: Explanation(
            "An artifact is listed, or was, but its content cannot be had. The last content stays applied.",
            "Let Infrahub generate the artifact again.",
        ),
        Reason.NOT_GENERATED: Explanation(
            "Infrahub has not generated the artifact yet.",
            "Wait, or generate it in Infrahub.",
        ),
        Reason.CHECKSUM_MISMATCH: Explanation(
            "What was downloaded is not what the source announced. It is discarded and fetched again.",
            "If it lasts, look for a proxy that changes or cuts off answers.",
        ),
        Reason.TOO_LARGE: Explanation(
            "A text or a list is over what Vidra accepts (the message says which limit), or the API server does not "
            "take the [inventory](vidraresource.md#a-long-inventory) (the message says why). Nothing more is applied "
            "or reverted; what was written of the inventory stays, so that deletion removes what was applied.",
            "Divide the artifact; or give the artifacts several names, and each name a sync, or raise "
            "`--max-artifacts`. After the limit of the API server was raised, ask for a reconcile with "
            "`requestedAt`.",
        ),
        Reason.EMPTY_RESULT: Explanation(
            "Infrahub lists no artifact of this name, or another source has nothing of what the sync names. "
            "Nothing is pruned. Stalled.",
            "Correct the name, branch or date; or, without a date, set `spec.allowEmpty` if everything should be "
            "pruned.",
        ),
        Reason.PARTIAL_RESULT: Explanation(
            "The list of the source is incomplete. What it holds is applied, nothing is pruned.",
            "Look for artifacts in error in Infrahub, or for what the message names.",
        ),
    },
    "Other sources": {
        Reason.SOURCE_UNREACHABLE: Explanation(
            "No answer from the source: connection refused, time-out or TLS. What is applied stays and is still "
            "kept free of drift. Retried.",
            "Check the address, DNS, network policies and the certificate.",
        ),
        Reason.SOURCE_ERROR: Explanation(
            "The source answered with an error that may pass, or with what cannot be read. Retried, not before "
            "it said so itself (`Retry-After`).",
            "If it lasts, look at the log of the source.",
        ),
        Reason.SOURCE_NOT_FOUND: Explanation(
            "The source has no such repository, artifact, file or object; or does not show it without "
            "credentials. What is applied stays.",
            "Correct the address, or store [credentials](configuration.md#credentials-of-other-sources) for it.",
        ),
        Reason.SOURCE_NOT_READY: Explanation(
            "Flux has not fetched its source yet; the message is Flux' own.",
            "Look at the object of Flux that the message names.",
        ),
        Reason.REF_NOT_FOUND: Explanation(
            "The source has no such branch, tag, commit or ref. Nothing is pruned.",
            "Create it, or change `spec.source`.",
        ),
        Reason.VERSION_NOT_FOUND: Explanation(
            "No tag is a version in the range of `semver`, or there is no chart of the name, or none in this version; "
            "it may have been withdrawn. Nothing is pruned.",
            "Correct the range or the version; the message names some that are there.",
        ),
        Reason.PATH_NOT_FOUND: Explanation(
            "No folder matches `paths`, or one of them. Nothing is pruned, unless `allowEmpty` is true.",
            "Correct `paths`; the message names what is there.",
        ),
        Reason.VERIFICATION_FAILED: Explanation(
            "A signature or host key is missing, or is not of a key that counts. Nothing of it is read; what is "
            "applied stays.",
            "Sign it, or store the key; after a host changed its key, check that it really did.",
        ),
        Reason.HOST_NOT_ALLOWED: Explanation(
            "The address leads to a host that Vidra does not connect to: this Pod, a link-local address, an API "
            "server, or one that is not in the list of allowed hosts.",
            "Name another address, or [allow](configuration.md#hosts-of-other-sources) the host.",
        ),
        Reason.UNSUPPORTED_CONTENT: Explanation(
            "The source holds what Vidra does not read: another media type, an archive with names that lead out of it.",
            "Correct what the message names.",
        ),
    },
    "Charts and kustomizations": {
        Reason.RENDER_FAILED: Explanation(
            "A chart, or a folder with a kustomization, could not be rendered with these values, and cannot before one "
            "of them is changed. What was rendered last stays applied. Stalled.",
            "Correct what the message names: a template with its line, a value, a missing dependency.",
        ),
        Reason.RENDERER_MISSING: Explanation(
            "There is a chart or a kustomization to render, and `vidra-render` is not installed, or is of another "
            "version of Vidra. Plain manifests need no such program.",
            "Install it as the message says; Vidra's image has it.",
        ),
        Reason.VALUES_NOT_FOUND: Explanation(
            "A ConfigMap, Secret, key or artifact that values are to come from does not exist, or does not count. What "
            "was rendered last stays applied.",
            "Create it, or label it, as the message says: see [values](vidrasync.md#values).",
        ),
    },
    "The manifest": {
        Reason.CONTENT_MISSING: Explanation(
            "The stored content of the VidraResource is missing or damaged. Its sync fetches it again.",
            "Nothing, unless the sync is deleted, suspended, or not Ready itself.",
        ),
        Reason.CONTENT_REFUSED: Explanation(
            "`spec.content` names a stored text that no sync gave to this VidraResource for its destination: it "
            "was set by hand, or changed. Nothing is read.",
            "Nothing, if a sync made the VidraResource: it writes what is right. Else use `spec.manifest`.",
        ),
        Reason.INVENTORY_MISSING: Explanation(
            "A part of a very long [inventory](vidraresource.md#a-long-inventory) is missing, or is not what was "
            "written: somebody deleted or changed a ConfigMap while no operator ran. Nothing is applied or pruned, "
            "also when the VidraResource is deleted.",
            "Restore the ConfigMaps that the message names from a backup, or [do without "
            "them](vidraresource.md#a-long-inventory).",
        ),
        Reason.INVALID_MANIFEST: Explanation(
            "Documents of the manifest cannot be read. The others are applied, nothing is pruned. Stalled.",
            "Correct the documents that `status.problems` names.",
        ),
        Reason.EMPTY_MANIFEST: Explanation(
            "The manifest holds no object. Nothing is pruned.",
            "Correct the template in Infrahub; or set `spec.allowEmpty` if everything should be pruned.",
        ),
    },
    "The cluster": {
        Reason.CLUSTER_UNREACHABLE: Explanation(
            "No answer from the destination's API server in 8 seconds: connection refused, time-out or TLS. What "
            "is applied stays. Retried; reconciled at once when it answers again.",
            "Check the server in the kubeconfig, its certificate and the network between the clusters.",
        ),
        Reason.CLUSTER_CREDENTIALS_MISSING: Explanation(
            "No Secret that counts holds a kubeconfig for the destination.",
            "Create one in Vidra's namespace, or move the one that the message names: see "
            "[configuration](configuration.md#clusters).",
        ),
        Reason.KUBECONFIG_REFUSED: Explanation(
            "The kubeconfig holds what Vidra does not accept, such as a program to run or a path, or its named "
            "context is for another server. Stalled.",
            "Put tokens or certificates into the kubeconfig itself; correct the context.",
        ),
        Reason.CLUSTER_UNAUTHORIZED: Explanation(
            "The destination's API server refuses the credentials.",
            "Renew the token or certificate in the cluster's Secret.",
        ),
        Reason.ROLLOUT_STOPPED: Explanation(
            "A change failed in a cluster, and `rollout.maxConcurrent` keeps it from those that do not have it yet.",
            "Correct what the message names, or the artifact; it continues by itself.",
        ),
        Reason.NO_CLUSTER_MATCHES: Explanation(
            "`clusterSelector` matches no Secret with a kubeconfig. Nothing is pruned.",
            "Correct the selector or the labels; or set `spec.allowEmpty` if everything should be pruned.",
        ),
        Reason.NO_CLUSTER_FOR_TARGET: Explanation(
            "With `destination.routing: ByTarget`: the message names objects of Infrahub whose artifacts go to no "
            "cluster, because no selected Secret says that it is for them. What was applied for them stays.",
            "Label or annotate the Secret of their cluster with `vidra.infrahub.operators.com/target`, or leave them "
            "out by `spec.source.targets`.",
        ),
    },
    "One object": {
        Reason.KIND_UNKNOWN: Explanation(
            "The cluster does not serve this kind (yet), or not in this version; the message says in which it "
            "does. The object is applied as soon as it does. Of a sync: one of Vidra's own CRDs is missing.",
            "Install the CRD, or correct `apiVersion` and `kind`.",
        ),
        Reason.NAMESPACE_MISSING: Explanation(
            "The namespace does not exist, or is being deleted. The object is applied as soon as it exists (again).",
            "Create it, put it into the manifest, or set `spec.destination.createNamespace`.",
        ),
        Reason.QUOTA_EXCEEDED: Explanation(
            "A ResourceQuota leaves no room for the object. Tried again every few seconds.",
            "Raise the quota, or make room.",
        ),
        Reason.REFUSED_FOR_NOW: Explanation(
            "The API server cannot take, or remove, the object now, and will later as it is: a webhook or an "
            "aggregated API does not answer, etcd changes its leader, there are too many requests, or something "
            "that the object names (a ServiceAccount, a PriorityClass, a Role) does not exist yet. Tried again "
            "every few seconds.",
            "Nothing, if it passes; else check what the message names.",
        ),
        Reason.PROTECTED: Explanation(
            "The object is Vidra's own, would decide about what is Vidra's own, or is one that Vidra would take "
            "credentials or settings from: see [what is never an object of a "
            "sync](ownership.md#what-is-never-an-object-of-a-sync). Or `dependsOn` names an object in Vidra's own "
            "namespace.",
            "Take it out of the artifact, and apply it by hand if you mean it; depend on something else.",
        ),
        Reason.NOT_OWNED: Explanation(
            "The object exists and Vidra did not create it: it is left alone.",
            "Delete or rename the object, take it out of the artifact, or let Vidra "
            "[adopt](ownership.md#objects-that-exist-already) it.",
        ),
        Reason.CONFLICT: Explanation(
            "Another owner holds a field with another value; the message names both.",
            "Let one of the two give the field up, or let [priorities](ownership.md#conflicts) decide.",
        ),
        Reason.FORBIDDEN: Explanation(
            "The cluster's RBAC does not let Vidra do this, or not act as the ServiceAccount that the sync names. "
            "With `wait`, or before a [wave](order.md#waves), also: all is applied, and Vidra may not "
            "[see](health.md#what-vidra-may-see) how it is.",
            "Grant the verb on the kind to the user or ServiceAccount that the message names.",
        ),
        Reason.REFUSED: Explanation(
            "The API server, or a webhook or policy of the cluster, does not accept the object, and will not "
            "until something is changed.",
            "Correct the artifact, or the policy, as the message says. Where it names a field that the artifact "
            "does not have, it says who has it and how to remove it: see "
            "[ownership](ownership.md#what-stands-in-the-way).",
        ),
        Reason.IMMUTABLE: Explanation(
            "The change touches a field that cannot change. Nothing is written.",
            "Undo the change, or annotate the object with `vidra.infrahub.operators.com/recreate: enabled` to have "
            "it deleted and created.",
        ),
        Reason.UNHEALTHY: Explanation(
            "An object is applied and has failed, or was not healthy within `healthTimeout`. In a condition only "
            "with `wait`, or when a later [wave](order.md#waves) waits for it; in an Event always.",
            "Look at the object; the message is its own.",
        ),
        Reason.DRIFTED: Explanation(
            "Objects were changed, and `driftPolicy: Report` says not to revert that. In the condition "
            "`Drifted`, and in an Event.",
            "Revert the fields that the message names, take them into the artifact, or set `driftPolicy` to `Revert`.",
        ),
        Reason.DRIFT_FIGHT: Explanation(
            "An object is changed again each time that Vidra reverts it. It is left alone for 30 s and then "
            "for longer.",
            "Take the fields out of the artifact, list them in "
            "[`ignoreDifferences`](drift.md#fields-that-others-may-set), or stop whoever the message names.",
        ),
        Reason.PRUNE_HELD: Explanation(
            "More objects would be pruned than `pruneLimit` allows. Nothing is pruned; what is wanted is applied.",
            "Approve the set with the annotation that the message gives, or correct the artifact.",
        ),
        Reason.PRUNE_FAILED: Explanation(
            "An object that is no longer wanted could not be removed. It stays in the inventory and is retried.",
            "Remove what prevents it, as the message says.",
        ),
        Reason.WAITING_FOR_DELETION: Explanation(
            "A removed object still has finalizers; Vidra waits until it is deleted.",
            "Look at the controller that owns the finalizer.",
        ),
    },
    "Vidra itself": {
        Reason.INTERNAL_ERROR: Explanation(
            "A fault of Vidra. The reconcile is retried.",
            "Report it with the log.",
        ),
    },
    "Events only": {
        Reason.CREATED: Explanation(
            "An artifact was found and its VidraResource created. Where the sync is Ready within a second, `Synced` "
            "says so, and there is no Event of its own.",
            "Nothing.",
        ),
        Reason.UPDATED: Explanation(
            "An artifact changed and its VidraResource with it.",
            "Nothing.",
        ),
        Reason.HEALTHY: Explanation(
            "Objects had failed, and all of them are healthy now.",
            "Nothing.",
        ),
        Reason.DRIFT_REVERTED: Explanation(
            "Objects that were changed by others were reverted.",
            "Nothing, unless it should have stayed.",
        ),
        Reason.PRUNED: Explanation(
            "Objects or VidraResources that are no longer wanted were removed.",
            "Nothing.",
        ),
        Reason.OTHER_OPERATOR: Explanation(
            "Another operator works in the same namespace, and neither was started with `--leader-elect`. About "
            "the Lease `vidra-operator-alone`, in Vidra's namespace.",
            "Stop one of them, or start all with `--leader-elect`.",
        ),
        Reason.KEPT: Explanation(
            "Objects that are no longer wanted stay, released: they carry the annotation that forbids pruning, "
            "hold what is not Vidra's, name an owner of another Vidra, or do not show that Vidra applied them. As a "
            "Warning: one of Vidra's CRDs is being deleted, and all objects stay as they are.",
            "Delete them by hand if you do not need them. As a Warning: restore the CRD and the syncs.",
        ),
        Reason.LEFT_BEHIND: Explanation(
            "A deletion ended, at its time limit or without waiting for finalizers, while objects still existed.",
            "Check the objects that the message lists, and delete them by hand.",
        ),
        Reason.CLUSTER_REPLACED: Explanation(
            "Another cluster was found at the address. Everything is applied again; nothing of the old inventory "
            "is deleted in it.",
            "Nothing, if the cluster was rebuilt; else check where the kubeconfig leads.",
        ),
        Reason.STATUS_NOT_OURS: Explanation(
            "Somebody else wrote the status of a VidraResource, and Vidra writes back its own. Or, after a start: a "
            "status does not show that this Vidra wrote it (its key was lost, or it is from a backup), and so nobody "
            "knows who created the Namespaces that are named.",
            "See who may write `vidraresources/status`: only Vidra should. Delete the Namespaces by hand when they are "
            "to go.",
        ),
        Reason.CLUSTER_NOT_PROVEN: Explanation(
            "Another server shows the UID of this cluster, and not a certificate of the same authority for the "
            "same name. What VidraResources own by way of one address [does not count](vidraresource.md#clusters) "
            "for the other.",
            "If both lead to one cluster, give both kubeconfigs one `certificate-authority-data` and one "
            "`tls-server-name`. If not, see who runs that server.",
        ),
        Reason.ADOPTED: Explanation(
            "Objects that existed before are managed by Vidra from now on.",
            "Nothing.",
        ),
        Reason.WRITE_BACK_FAILED: Explanation(
            "With `source.writeBack`: what became of the artifacts could not be written to Infrahub. Nothing else "
            "depends on it; it is tried again with growing pauses.",
            "Load the [schema](../guides/write-back.md) into Infrahub, or give Vidra's account the permission that the "
            "message names.",
        ),
        Reason.GENERATION_FAILED: Explanation(
            "Infrahub could not generate an artifact again. Its last good text stays applied, nothing is deleted, "
            "and `Ready` says so in its message. Known only when the stored query selects `status`.",
            "Look into Infrahub's tasks, and correct data or transform. Infrahub forgets the failure when the text "
            "changes.",
        ),
        Reason.NOT_DETERMINISTIC: Explanation(
            "A chart makes some fields anew each time that it is rendered, such as a random password; the message "
            "names them. Vidra renders it only when its version, its values or the cluster's change, so the fields "
            "change then.",
            "Give the fields a value in the values of the chart, if they should stay as they are.",
        ),
        Reason.WARNED: Explanation(
            "The manifest was read, or rendered, with a warning.",
            "Correct what the message names when there is time.",
        ),
        Reason.CONFIG_INVALID: Explanation(
            "A key of Vidra's ConfigMap cannot be read; its default stays in force.",
            "Correct the key that the message names.",
        ),
        Reason.CREDENTIALS_AMBIGUOUS: Explanation(
            "Several Secrets match; of those in Vidra's own namespace, or else of the namespace that had one "
            "first, the newest is used.",
            "Keep one, or tell them apart with the annotation: see "
            "[configuration](configuration.md#credentials-of-infrahub).",
        ),
    },
}
"""By section of the page, in its order."""
