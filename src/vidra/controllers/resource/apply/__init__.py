"""One reconcile: from a text to applied and pruned objects."""
