"""Takes over what the first Vidra (0.0.6) applied; can be deleted when nobody comes from it any more."""
