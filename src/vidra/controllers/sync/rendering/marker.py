"""What a rendered text was made of, as the marker that is stored with it: pure.

It is the marker of the unit, followed by digests of the rest: `sha256:…;with=…;cluster=…;lookups=…;by=…`. The digests
have a key (`vidra.apply.desired.digest`): values may be secret, and a marker is not. Which versions of Helm and
Kustomize rendered it is only noted (`by`): a new Vidra renders nothing anew by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

_SEPARATOR = ";"


class Inputs(msgspec.Struct, frozen=True):
    """Of what a text is made."""

    unit: str
    """Its marker in the source."""
    given: str
    """Digest of values, variables and options."""
    cluster: str | None = ""
    """Digest of what the destination is capable of; None: it cannot be asked now. Empty: that does not matter."""
    lookups: str | None = ""
    """Digest of the objects that templates may look up; the same."""

    @property
    def known(self) -> bool:
        """Whether all of it can be seen now."""
        return self.cluster is not None and self.lookups is not None

    def marker(self, renderer: str = "") -> str:
        """The marker of a text that was made of this."""
        parts = {name: value for name, value in {**self._parts(), "by": renderer}.items() if value}
        return _SEPARATOR.join((self.unit, *(f"{name}={value}" for name, value in parts.items())))

    def made(self, marker: str) -> bool:
        """Whether a text with this marker was made of the same, as far as that can be seen."""
        unit, *rest = marker.split(_SEPARATOR)
        found = dict(part.partition("=")[::2] for part in rest)
        return unit == self.unit and all(
            value is None or found.get(name, "") == value for name, value in self._parts().items()
        )

    def _parts(self) -> Mapping[str, str | None]:
        return {"with": self.given, "cluster": self.cluster, "lookups": self.lookups}


def unit_of(marker: str) -> str:
    """The marker of the unit of which a text was made."""
    return marker.partition(_SEPARATOR)[0]
