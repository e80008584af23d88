"""The HTTP endpoints of the operator: health probes, metrics, webhooks."""
