"""From a destination to a live cluster: credentials, pooled clients, and informers for Vidra's objects there."""
