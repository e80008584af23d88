"""Vidra's main job, shown on real components to somebody who has never seen it: ``make demo``."""
