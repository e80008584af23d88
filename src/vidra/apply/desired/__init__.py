"""From an object of a manifest to the object that Vidra applies."""
