"""A release: everything that is published of one version, from what is committed, by one command."""
