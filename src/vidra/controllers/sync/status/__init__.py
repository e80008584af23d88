"""The status of a sync."""
