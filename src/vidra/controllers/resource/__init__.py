"""VidraResource: from a manifest to objects in a cluster, and back when it is deleted."""

from vidra.controllers.resource.reconciler import ResourceReconciler as ResourceReconciler
