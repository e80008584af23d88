"""InfrahubSync: from a listing of artifacts to one VidraResource each."""

from vidra.controllers.sync.reconciler import SyncReconciler as SyncReconciler
