"""Tells Infrahub what became of its artifacts, where a sync asks for it."""
