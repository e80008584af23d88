"""Keys of ConfigMaps and Secrets."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta as Field

from vidra.api.sources.revisions import OneRevision
from vidra.api.sources.words import Words
from vidra.api.validation import LABEL_VALUE


class InlineSource(OneRevision, frozen=True, rename="camel", omit_defaults=True):
    """ConfigMaps and Secrets of this cluster: each key is a unit."""

    label: Annotated[
        str,
        Field(
            description="Value of their label vidra.infrahub.operators.com/manifests. ConfigMaps count in Vidra's own "
            "namespace alone, Secrets also in those given with --credentials-namespace.",
            extra_json_schema=LABEL_VALUE,
        ),
    ]

    words: ClassVar[Words] = Words(
        "key",
        "reading ConfigMaps and Secrets",
        "the list of ConfigMaps and Secrets is incomplete",
        "no ConfigMap or Secret that counts has the label: check it, and the namespace",
    )

    @property
    def address(self) -> str:
        """Where it is."""
        return self.label

    @property
    def selects(self) -> str:
        """What is read there."""
        return ""
