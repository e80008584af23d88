"""Gives an Infrahub the stored query that Vidra asks with, or changes the one that is there."""

from __future__ import annotations

import re
from typing import Any

from vidra.api.reasons import Reason
from vidra.sources.infrahub.client import Infrahub
from vidra.sources.protocol import SourceError

_KIND = "CoreGraphQLQuery"
_LIST = (
    f"query VidraQueries($names: [String]) {{ {_KIND}(name__values: $names) "
    "{ edges { node { id query { value } } } } }"
)
_QUERY = """\
query %s($artifactname: [String], $targets: Boolean = false, $groups: Boolean = false) {
  CoreArtifact(name__values: $artifactname) {
    edges {
      node {
        id
        storage_id {
          id
        }
        checksum {
          value
        }
        status {
          value
        }
        name {
          value
        }
        object @include(if: $targets) {
          node {
            id
            display_label
            hfid
            __typename
            member_of_groups @include(if: $groups) {
              edges {
                node {
                  id
                  display_label
                }
              }
            }
          }
        }
      }
    }
  }
}
"""


_OPTIONAL = {
    "status": "to say that a generation failed",
    "object": "for spec.source.targets, and to route by target",
    "member_of_groups": "for groups in spec.source.targets",
}
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMMENT = re.compile("#.*")


def query_text(name: str) -> str:
    """The query under this name; examples/infrahub has it too."""
    return _QUERY % name


def lacks(text: str) -> tuple[str, ...]:
    """What a stored query does not select and Vidra can use, each with what for; as its words say."""
    words = set(_WORD.findall(_COMMENT.sub("", text)))
    return tuple(f"{field} ({use})" for field, use in _OPTIONAL.items() if field not in words)


async def put_query(infrahub: Infrahub, name: str) -> str:
    """Store it, on the default branch; gives what was done: created, changed, unchanged.

    Raises:
        SourceError: Infrahub refuses.
    """
    texts = await stored_queries(infrahub, name)
    query = {"query": {"value": query_text(name)}}
    if not texts:
        await _mutate(infrahub, "Create", {"name": {"value": name}, **query})
        return "created"
    id_, text = next(iter(texts.items()))
    if text.split() == query_text(name).split():
        return "unchanged"
    await _mutate(infrahub, "Update", {"id": id_, **query})
    return "changed"


async def stored_queries(infrahub: Infrahub, name: str) -> dict[str, str]:
    """The texts of the stored queries of a name, on the default branch, by id: one or none.

    Raises:
        SourceError: Infrahub does not say.
    """
    answer = await infrahub.ask(_LIST, {"names": [name]})
    try:
        nodes = [edge["node"] for edge in answer[_KIND]["edges"]]
        return {str(node["id"]): str(node["query"]["value"]) for node in nodes}
    except (KeyError, TypeError):
        message = f"what answers at {infrahub.base} does not list its stored queries as Infrahub does"
        raise SourceError(Reason.NOT_INFRAHUB, message) from None


async def _mutate(infrahub: Infrahub, verb: str, data: dict[str, Any]) -> None:
    document = f"mutation VidraQuery($data: {_KIND}{verb}Input!) {{ {_KIND}{verb}(data: $data) {{ ok }} }}"
    await infrahub.ask(document, {"data": data})
