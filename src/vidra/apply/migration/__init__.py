"""Migrates what Vidra 0.0.6 applied; can be deleted when nobody upgrades from it any more."""
