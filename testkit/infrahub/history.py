"""What an Infrahub holds: branches of artifacts, each with all that it ever was."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime

import msgspec

from testkit.infrahub.activity import Activity

MAIN = "main"
READY, ERROR = "Ready", "Error"


class Version(msgspec.Struct, frozen=True):
    """One state of an artifact, from a moment on."""

    since: datetime
    checksum: str | None = None
    """None: never generated."""
    storage_id: str | None = None
    status: str = READY
    deleted: bool = False


class Object(msgspec.Struct, frozen=True):
    """What an artifact is for."""

    name: str
    kind: str = "InfraDevice"
    groups: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Always the same for one of this kind and name."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.kind}/{self.name}"))

    def node(self, *, groups: bool) -> dict[str, object]:
        """As GraphQL gives it."""
        found: dict[str, object] = {
            "id": self.id,
            "display_label": self.name,
            "hfid": [self.name],
            "__typename": self.kind,
        }
        if groups:
            edges = [
                {"node": {"id": str(uuid.uuid5(uuid.NAMESPACE_OID, name)), "display_label": name}}
                for name in self.groups
            ]
            found["member_of_groups"] = {"edges": edges}
        return found


class Stored(msgspec.Struct, frozen=True):
    """An artifact in a branch, with its versions, oldest first."""

    id: str
    name: str
    content_type: str
    attribute_id: str
    """The id of the attribute `storage_id`, easily taken for that of the stored object."""
    versions: tuple[Version, ...]
    object: Object
    """What it is for."""

    def at(self, moment: datetime) -> Version | None:
        """What it was; None before it existed and after it was deleted."""
        past = [version for version in self.versions if version.since <= moment]
        return past[-1] if past and not past[-1].deleted else None


class History:
    """Branches, artifacts and stored objects."""

    def __init__(self) -> None:
        self.branches: dict[str, dict[str, Stored]] = {MAIN: {}}
        self.objects: dict[str, bytes] = {}
        self.others: set[str] = set()
        """Ids of what is no artifact."""
        self.activity = Activity()
        self.definitions: set[str] = set()
        """Names of artifacts of which there is a definition, although there may be no such artifact."""

    def create_branch(self, name: str) -> None:
        """Fork main as it is now: the same artifacts, of the same ids, and from then on its own."""
        self.branches[name] = dict(self.branches[MAIN])

    def add(
        self,
        name: str,
        version: Version,
        *,
        branch: str,
        content_type: str,
        id_: str | None,
        target: Object | None = None,
    ) -> str:
        """A new artifact; gives its id."""
        id_ = id_ or str(uuid.uuid4())
        stored = Stored(id_, name, content_type, str(uuid.uuid4()), (version,), target or Object(f"device-{id_}"))
        self.branches[branch][id_] = stored
        self.definitions.add(name)
        return id_

    def of(self, target: str, branch: str) -> list[Stored]:
        """The artifacts for an object, by its name."""
        return [item for item in self.branches[branch].values() if item.object.name == target and item.at(now())]

    def become(self, id_: str, version: Version, *, branch: str) -> None:
        """The artifact is something else from a moment on."""
        stored = self.branches[branch][id_]
        versions = sorted((*stored.versions, version), key=lambda entry: entry.since)
        self.branches[branch][id_] = msgspec.structs.replace(stored, versions=tuple(versions))

    def latest(self, id_: str, branch: str) -> Version:
        """What the artifact was last, deleted or not."""
        return self.branches[branch][id_].versions[-1]

    def generated(self, content: str | bytes, since: datetime | None) -> Version:
        """The state of an artifact with this text, which goes into the object store."""
        text = content.encode() if isinstance(content, str) else content
        storage_id = str(uuid.uuid4())
        self.objects[storage_id] = text
        return Version(since or now(), hashlib.md5(text, usedforsecurity=False).hexdigest(), storage_id)


def now() -> datetime:
    """The stand-in's clock."""
    return datetime.now(UTC)
