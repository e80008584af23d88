"""Objects that somebody changed."""
