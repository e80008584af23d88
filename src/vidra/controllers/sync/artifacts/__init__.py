"""From the units that a source lists, Infrahub's artifacts or others, to VidraResources."""
