"""Prunes VidraResources that are no longer listed."""
