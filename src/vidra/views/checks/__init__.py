"""The checks of `vidra check`, in the order in which one needs the other."""
