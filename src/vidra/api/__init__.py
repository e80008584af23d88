"""The two resources as typed models, and the words they use: no I/O."""
