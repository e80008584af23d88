"""Where manifests come from: a small protocol, and Infrahub behind it."""
