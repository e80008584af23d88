"""Reasons not to touch an object: one file for each."""
