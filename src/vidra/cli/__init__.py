"""The `vidra` command, one file per subcommand."""
