"""The `vidra` command: one file per subcommand in `commands`, and beside it what they share."""
