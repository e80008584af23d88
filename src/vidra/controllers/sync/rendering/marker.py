"""What a rendered text was made of, as the marker that is stored with it: pure.

It is the marker of the unit, followed by digests of the rest:
`sha256:…;with=…;version=…;apis=…;lookups=…;by=…`. The digests have a key (`vidra.apply.desired.digest`): values may be
secret, and a marker is not. Which versions of Helm and Kustomize rendered it is only noted (`by`): a new Vidra renders
nothing anew by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vidra.controllers.sync.rendering.usage import Usage

_SEPARATOR = ";"
_UNUSED = "-"
"""In place of a digest of what the text does not depend on."""


class Inputs(msgspec.Struct, frozen=True):
    """Of what a text is made."""

    unit: str
    """Its marker in the source."""
    given: str
    """Digest of values, variables and options."""
    version: str | None = ""
    """Digest of the version of the destination; None: it cannot be asked now. Empty: that does not matter."""
    apis: str | None = ""
    """Digest of what the destination serves; the same."""
    lookups: str | None = ""
    """Digest of the objects that templates may look up; the same."""

    @property
    def known(self) -> bool:
        """Whether all of it can be seen now."""
        return None not in {self.version, self.apis, self.lookups}

    def used(self, usage: Usage) -> Inputs:
        """The same without what a chart does not look at."""
        return msgspec.structs.replace(
            self,
            version=self.version if usage.version else _UNUSED,
            apis=self.apis if usage.apis else _UNUSED,
        )

    def marker(self, renderer: str = "") -> str:
        """The marker of a text that was made of this."""
        parts = {name: value for name, value in {**self._parts(), "by": renderer}.items() if value}
        return _SEPARATOR.join((self.unit, *(f"{name}={value}" for name, value in parts.items())))

    def made(self, marker: str) -> bool:
        """Whether a text with this marker was made of the same, as far as that can be seen."""
        unit, *rest = marker.split(_SEPARATOR)
        found = dict(part.partition("=")[::2] for part in rest)
        return unit == self.unit and all(
            value is None or found.get(name, "") in {value, _UNUSED} for name, value in self._parts().items()
        )

    def _parts(self) -> Mapping[str, str | None]:
        return {"with": self.given, "version": self.version, "apis": self.apis, "lookups": self.lookups}


def unit_of(marker: str) -> str:
    """The marker of the unit of which a text was made."""
    return marker.partition(_SEPARATOR)[0]
