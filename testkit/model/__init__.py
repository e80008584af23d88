"""A model of what Vidra should do, and random stories that hold the real one against it."""
