"""What `vidra check` looks at, in the order in which one needs the other."""
