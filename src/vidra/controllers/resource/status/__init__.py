"""The status of a VidraResource."""
