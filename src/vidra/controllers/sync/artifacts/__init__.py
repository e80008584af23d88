"""From the artifacts that Infrahub lists to VidraResources."""
