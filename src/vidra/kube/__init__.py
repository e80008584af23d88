"""The Kubernetes API as Vidra uses it: five verbs, discovery, watches, leases and Events."""
