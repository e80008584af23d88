"""What an object of a manifest means in a cluster."""
