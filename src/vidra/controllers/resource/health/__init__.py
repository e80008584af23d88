"""The health of a VidraResource's objects, and what its status says of it."""
