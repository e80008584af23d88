"""Plans and applies objects: desired state, order and inventory are pure; applier and pruner send the requests."""
