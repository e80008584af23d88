"""Where the values of a chart, or the variables of a kustomization, come from beside the spec itself."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta as Field

from vidra.api.sources.infrahub import InfrahubSource
from vidra.api.validation import CONFIG_KEY, NAMED_NAMESPACE, NOT_EMPTY, OBJECT_NAME, ONE_ARTIFACT_NAME, ONE_VALUES

_Key = Annotated[str, Field(description="Key of the YAML map in it.", extra_json_schema=CONFIG_KEY)]


class ConfigMapKey(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A key of a ConfigMap in Vidra's own namespace that has the label vidra.infrahub.operators.com/values."""

    name: Annotated[str, Field(description="Name of the ConfigMap.", extra_json_schema=OBJECT_NAME)]
    key: _Key = "values.yaml"


class SecretKey(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A key of a Secret, in a namespace that counts, that has the label vidra.infrahub.operators.com/values."""

    name: Annotated[str, Field(description="Name of the Secret.", extra_json_schema=OBJECT_NAME)]
    namespace: Annotated[
        str | None,
        Field(
            description="Its namespace: Vidra's own, which is the default, or one of --credentials-namespace.",
            extra_json_schema=NAMED_NAMESPACE,
        ),
    ] = None
    key: _Key = "values.yaml"


class ValuesArtifact(InfrahubSource, frozen=True, rename="camel", omit_defaults=True):
    """An artifact of Infrahub whose text is a YAML map. When it changes, what is made of it is rendered anew."""

    artifact_id: Annotated[
        str | None,
        Field(description="Id of the artifact, where Infrahub lists several of the name.", extra_json_schema=NOT_EMPTY),
    ] = msgspec.field(default=None, name="artifactID")

    @property
    def infrahub(self) -> InfrahubSource:
        """Where it is listed."""
        return InfrahubSource(**{name: getattr(self, name) for name in InfrahubSource.__struct_fields__})


class ValuesFrom(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One place that values come from: exactly one of these."""

    config_map: Annotated[ConfigMapKey | None, Field(description="A key of a ConfigMap.")] = None
    secret: Annotated[SecretKey | None, Field(description="A key of a Secret.")] = None
    infrahub: Annotated[
        ValuesArtifact | None, Field(description="An artifact of Infrahub.", extra_json_schema=ONE_ARTIFACT_NAME)
    ] = None

    def chosen(self) -> ConfigMapKey | SecretKey | ValuesArtifact | None:
        """The one that is set; None unless it is exactly one."""
        found = [item for item in (self.config_map, self.secret, self.infrahub) if item is not None]
        return found[0] if len(found) == 1 else None


ValuesList = tuple[Annotated[ValuesFrom, Field(extra_json_schema=ONE_VALUES)], ...]
