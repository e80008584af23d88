"""Syncs of both kinds: from a listing of units to one VidraResource each."""

from vidra.controllers.sync.reconciler import SyncReconciler as SyncReconciler
