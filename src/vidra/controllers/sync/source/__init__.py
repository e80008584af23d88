"""When and how a source is polled."""
