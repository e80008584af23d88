"""Drift: objects that differ from what was applied."""
