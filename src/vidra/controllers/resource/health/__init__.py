"""How the objects of a VidraResource are, and what its status says of it."""
