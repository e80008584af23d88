"""What the operator serves: health probes and metrics."""
