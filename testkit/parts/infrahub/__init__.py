"""A real Infrahub on loopback, without containers: its server, its worker, and what those two stand on."""

from testkit.parts.infrahub.server import RealInfrahub

__all__ = ["RealInfrahub"]
