"""When and how Infrahub is polled."""
