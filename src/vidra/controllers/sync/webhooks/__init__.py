"""Events that Infrahub sends."""
