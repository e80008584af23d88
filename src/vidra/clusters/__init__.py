"""A destination becomes a live cluster: credentials, pooled clients, and a view of what Vidra manages there."""
