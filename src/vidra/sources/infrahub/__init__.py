"""Infrahub as a source of manifests: its stored query lists the artifacts, its REST API gives their text."""

from vidra.sources.infrahub.client import Infrahub
from vidra.sources.infrahub.client_pool import InfrahubPool
from vidra.sources.infrahub.credential import Credential
from vidra.sources.infrahub.kind import InfrahubKind
from vidra.sources.infrahub.limits import InfrahubLimits
from vidra.sources.infrahub.selection import Selection
from vidra.sources.infrahub.source import InfrahubSource

__all__ = ["Credential", "Infrahub", "InfrahubKind", "InfrahubLimits", "InfrahubPool", "InfrahubSource", "Selection"]
