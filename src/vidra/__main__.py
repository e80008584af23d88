"""`python -m vidra` is the `vidra` command."""

from vidra.cli.main import main

main()
