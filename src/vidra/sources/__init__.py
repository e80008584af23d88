"""Where manifests come from: a small protocol, and a package for each source behind it."""
