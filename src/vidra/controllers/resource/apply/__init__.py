"""One reconcile: from a manifest to applied and pruned objects."""
