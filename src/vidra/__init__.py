"""Vidra keeps the artifacts of Infrahub applied in Kubernetes clusters."""

__version__ = "0.1.0.dev0"
