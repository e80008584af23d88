"""The clusters that a sync delivers to."""
