"""The status of an InfrahubSync."""
