"""The stand-in Infrahub as a test holds it: fill it, change it, break it, and ask what was asked of it."""

from __future__ import annotations

import ssl
import uuid
from datetime import datetime
from types import TracebackType
from typing import Self

import msgspec

from testkit.infrahub.accounts import Accounts
from testkit.infrahub.activity import Happened
from testkit.infrahub.answers import RefusedError
from testkit.infrahub.contents import Contents
from testkit.infrahub.faults import Faults
from testkit.infrahub.history import ERROR, MAIN, History, Object, Version, now
from testkit.infrahub.records import Records
from testkit.infrahub.release import V1_4, Release
from testkit.infrahub.routes import Routes
from testkit.infrahub.server import Server
from testkit.infrahub.stored import StoredQuery
from testkit.infrahub.webhooks import Webhooks


class StandIn:
    """An Infrahub on loopback, from `async with` to its end.

    Attributes:
        accounts: Users, API keys, sessions and the lifetime of tokens.
        faults: What goes wrong, for which paths, how often.
        requests: What was asked, oldest first.
        webhooks: Whom it calls when an artifact was generated with another text than before.
    """

    def __init__(
        self,
        *,
        username: str = "admin",
        password: str = "correct-horse",  # noqa: S107 (of a stand-in)
        prefix: str = "",
        tls: ssl.SSLContext | None = None,
        release: Release = V1_4,
    ) -> None:
        self.release = release
        self.username = username
        self.password = password
        self.accounts = Accounts(username, password)
        self.faults = Faults()
        self.requests = Records()
        self.webhooks = Webhooks(release)
        self._prefix = prefix
        self._tls = tls
        self._history = History()
        self._contents = Contents(self._history, release)
        self._routes = Routes(self.accounts, self._contents, self.webhooks, self._history, release)
        self.deliveries = self._routes.deliveries
        """What it was told of its artifacts."""
        self._server = Server(self._routes, self.faults, self.requests, prefix)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Its address, the same after a stop and a start."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.port}{self._prefix}"

    @property
    def token(self) -> str:
        """An API token that it takes."""
        return next(iter(self.accounts.keys))

    async def start(self) -> None:
        """Take requests (again), on the same port."""
        await self._server.start(self._tls)

    async def stop(self) -> None:
        """Refuse connections; everything that was told stays known."""
        await self.webhooks.stop()
        await self._server.stop()

    def add_artifact(
        self,
        name: str,
        content: str | bytes,
        *,
        branch: str = MAIN,
        content_type: str = "application/yaml",
        id: str | None = None,  # noqa: A002 (Infrahub's word)
        since: datetime | None = None,
        target: Object | str | None = None,
    ) -> str:
        """A generated artifact for an object, or for one of its own; gives its id."""
        version = self._history.generated(content, since)
        of = Object(target) if isinstance(target, str) else target
        id_ = self._history.add(name, version, branch=branch, content_type=content_type, id_=id, target=of)
        self.webhooks.generated(self._history.branches[branch][id_], branch, None)
        return id_

    def never_generated(self, name: str, *, branch: str = MAIN, status: str = ERROR) -> str:
        """An artifact without text: its first generation failed, or is still under way (`Pending`); gives its id."""
        return self._history.add(
            name, Version(now(), status=status), branch=branch, content_type="application/yaml", id_=None
        )

    def add_something(self) -> str:
        """Something that is no artifact: a group, a device; gives its id."""
        id_ = str(uuid.uuid4())
        self._history.others.add(id_)
        return id_

    def change(
        self,
        id: str,  # noqa: A002 (Infrahub's word)
        content: str | bytes,
        *,
        branch: str = MAIN,
        since: datetime | None = None,
    ) -> None:
        """Generate an artifact anew; the same text changes nothing, not even the status `Error` (as in Infrahub)."""
        version = self._history.generated(content, since)
        before = self._history.latest(id, branch)
        if version.checksum != before.checksum:
            self._history.become(id, version, branch=branch)
            self.webhooks.generated(self._history.branches[branch][id], branch, before)

    def fail(self, id: str, *, branch: str = MAIN) -> None:  # noqa: A002 (Infrahub's word)
        """Let an artifact's newest generation fail: status `Error`, checksum and text of the last good one."""
        old = self._history.latest(id, branch)
        self._history.become(id, msgspec.structs.replace(old, since=now(), status=ERROR), branch=branch)

    def remove(self, id: str, *, branch: str = MAIN, since: datetime | None = None) -> None:  # noqa: A002 (Infrahub's word)
        """Delete an artifact."""
        self._history.become(id, Version(since or now(), deleted=True), branch=branch)
        self.webhooks.deleted(self._history.branches[branch][id], branch)

    def remove_target(self, name: str, *, branch: str = MAIN) -> None:
        """Delete an object that artifacts are for.

        Raises:
            RefusedError: Its artifacts keep it, in this release.
        """
        there = self._history.of(name, branch)
        if there and not self.release.targets_take_along:
            raise RefusedError(422, f"Cannot delete {name}. It is linked to mandatory relationship object")
        for artifact in there:
            self.remove(artifact.id, branch=branch)

    def rename_target(self, id: str, name: str, *, branch: str = MAIN) -> None:  # noqa: A002 (Infrahub's word)
        """Have an artifact be for an object of another name."""
        there = self._history.branches[branch]
        there[id] = msgspec.structs.replace(there[id], object=Object(name))

    def log_generated(self, artifact: str, by: str, *, branch: str = MAIN, since: datetime | None = None) -> None:
        """Write into the activity log that somebody's deed gave an artifact the text that it has now."""
        account, checksum = self._history.activity.account(by), self._history.latest(artifact, branch).checksum or ""
        self._history.activity.add(
            Happened(
                "infrahub.artifact.updated",
                artifact,
                "CoreArtifact",
                branch,
                account,
                since or now(),
                checksum=checksum,
            )
        )

    def log_merged(self, branch: str, by: str, *, proposed_change: str = "", since: datetime | None = None) -> None:
        """Write into the activity log that somebody merged a branch; since 1.10 it names the proposed change."""
        account = self._history.activity.account(by)
        kind = "CoreProposedChange" if proposed_change else ""
        self._history.activity.add(
            Happened("infrahub.branch.merged", proposed_change, kind, MAIN, account, since or now(), branch)
        )

    def add_definition(self, name: str) -> None:
        """Have a definition of artifacts of a name, of which there are none."""
        self._history.definitions.add(name)

    def remove_definition(self, name: str) -> None:
        """Delete the definition of the artifacts of a name, of which there are none any more."""
        self._history.definitions.discard(name)

    def damage(self, id: str, *, branch: str = MAIN) -> None:  # noqa: A002 (Infrahub's word)
        """Overwrite an artifact's stored file, behind Infrahub's back."""
        storage_id = self._history.latest(id, branch).storage_id
        assert storage_id, "it was generated"
        self._history.objects[storage_id] = b"damaged"

    def create_branch(self, name: str) -> None:
        """Fork main."""
        self._history.create_branch(name)

    def refuse_before(self, moment: datetime | None) -> None:
        """Refuse what is asked of an earlier moment, as Infrahub 1.9 and newer does: its branches were made then."""
        self._contents.since = moment

    def store_query(self, query: StoredQuery) -> None:
        """Store a query, or replace the one of its name."""
        self._contents.queries[query.name] = query

    def remove_query(self, name: str) -> None:
        """Delete a stored query."""
        del self._contents.queries[name]

    def checksum_lie(self, id: str, checksum: str = "0" * 32) -> None:  # noqa: A002 (Infrahub's word)
        """Announce a checksum that is not that of the text."""
        self._contents.lies[id] = checksum

    def checksum_truth(self, id: str) -> None:  # noqa: A002 (Infrahub's word)
        """Announce the right checksum again."""
        self._contents.lies.pop(id, None)

    def partial(self, message: str = "some artifacts could not be read") -> None:
        """Answer queries with an error beside the list, and a null in place of the last artifact."""

        def spoil(answer: dict[str, object]) -> dict[str, object]:
            data = msgspec.convert(answer["data"], dict[str, dict[str, list[object]]])
            spoilt = {key: {**root, "edges": [*root["edges"][:-1], None]} for key, root in data.items()}
            return {"data": spoilt, "errors": [{"message": message, "path": ["CoreArtifact"]}]}

        self._contents.rewrite = spoil

    def whole(self) -> None:
        """Answer queries rightly again."""
        self._contents.rewrite = None

    def answer_queries_with(self, answer: dict[str, object]) -> None:
        """Answer every query with this, until `whole`."""
        self._contents.rewrite = lambda _: answer

    def log_in_takes(self, seconds: float) -> None:
        """Let a log-in take its time (the real one's takes 0.3 s)."""
        self._routes.login_seconds = seconds
