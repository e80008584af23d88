"""What a person does in Infrahub, with its SDK; a script for the Python that has it.

Each line on standard input is a deed, ``{"deed": "merge", "with": {"branch": "next"}}``, and is answered with a line on
standard output, ``{"answer": …}`` or ``{"error": "…"}``, when it is done.
"""

import json
import os
import sys
import time
import traceback
from typing import Any

from infrahub_sdk import Config, InfrahubClientSync

_POLL = 1.0
_ARTIFACTS = """
query { CoreArtifact { edges { node {
  id name { value } status { value } checksum { value } object { node { id } }
} } } }
"""


class Person:
    """Who is logged in with the API token of the environment."""

    def __init__(self) -> None:
        # On standard output are answers; what it is asked itself comes from its log-in.
        self._client = InfrahubClientSync(config=Config())

    def add_repository(self, name: str, location: str, definitions: list[str]) -> None:
        """Add a repository that is only read, and wait until Infrahub has read its last part."""
        data = {"name": name, "location": location, "ref": "main"}
        self._client.create("CoreReadOnlyRepository", data=data).save()
        self._until(lambda: set(definitions) <= self._names("CoreArtifactDefinition"), f"{name} was not imported")

    def add(self, kind: str, group: str, data: dict[str, Any], branch: str) -> str:
        """Create something as a member of a group; gives its id."""
        node = self._client.create(kind, data=data, branch=branch)
        node.save()
        self._group(group, branch).add_relationships("members", [node.id])
        return str(node.id)

    def edit(self, kind: str, name: str, data: dict[str, Any], branch: str) -> None:
        """Change attributes."""
        node = self._client.get(kind, name__value=name, branch=branch)
        for attribute, value in data.items():
            getattr(node, attribute).value = value
        node.save()

    def store_query(self, name: str, query: str) -> None:
        """Store a GraphQL query under a name."""
        self._client.create("CoreGraphQLQuery", data={"name": name, "query": query}).save()

    def create_branch(self, branch: str) -> None:
        """Fork main."""
        self._client.branch.create(branch, sync_with_git=False)

    def merge(self, branch: str) -> None:
        """Bring a branch into main."""
        self._client.branch.merge(branch)

    def generate(self, definition: str, branch: str) -> None:
        """Ask for the artifacts of a definition anew; returns before they are there."""
        found = self._client.get("CoreArtifactDefinition", name__value=definition, branch=branch)
        url = f"{self._client.address}/api/artifact/generate/{found.id}?branch={branch}"
        self._client._post(url, payload={"nodes": []}).raise_for_status()

    def artifacts(self, branch: str) -> list[dict[str, Any]]:
        """All artifacts: id, name, status and checksum of each, and the id of what it is about."""
        edges = self._client.execute_graphql(_ARTIFACTS, branch_name=branch)["CoreArtifact"]["edges"]
        return [_flat(edge["node"]) for edge in edges]

    def id_of(self, kind: str, name: str) -> str:
        """The id of what has this name."""
        return str(self._client.get(kind, name__value=name).id)

    def delete(self, kind: str, id: str, branch: str) -> None:  # noqa: A002 — Infrahub's word
        """Delete something."""
        self._client.get(kind, id=id, branch=branch).delete()

    def _names(self, kind: str) -> set[str]:
        return {node.name.value for node in self._client.all(kind)}

    def _group(self, name: str, branch: str) -> Any:
        return self._client.get("CoreStandardGroup", name__value=name, branch=branch)

    @staticmethod
    def _until(check: Any, otherwise: str) -> None:
        end = time.monotonic() + float(os.environ["INFRAHUB_PATIENCE"])
        while not check():
            if time.monotonic() > end:
                raise TimeoutError(otherwise)
            time.sleep(_POLL)


def _flat(node: dict[str, Any]) -> dict[str, Any]:
    values = {key: node[key]["value"] for key in ("name", "status", "checksum")}
    return {**values, "id": node["id"], "about": node["object"]["node"]["id"]}


def main() -> None:
    """Do what the lines say."""
    answers, sys.stdout = sys.stdout, sys.stderr
    person = Person()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"answer": getattr(person, asked["deed"])(**asked["with"])}
        except Exception as error:  # noqa: BLE001 — whoever asked gets it, and may go on
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
