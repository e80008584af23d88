"""The subcommands of `vidra`, one file each."""
