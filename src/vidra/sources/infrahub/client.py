"""One Infrahub as one account sees it, shared by every sync that reads from it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from yarl import URL

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.sources.infrahub.authenticated_client import Account
from vidra.sources.infrahub.credential import Credential, check
from vidra.sources.infrahub.errors import (
    PEER,
    artifact_refused,
    branch_missing,
    may_pass,
    not_infrahub,
    query_refused,
)
from vidra.sources.infrahub.graphql import document_url, read_document
from vidra.sources.infrahub.limits import DEFAULT_LIMITS, InfrahubLimits
from vidra.sources.infrahub.listing_answer import NotGraphQLError, read_listing
from vidra.sources.infrahub.selection import Selection, parameters, variables
from vidra.sources.infrahub.suggestions import Suggestions
from vidra.sources.infrahub.url import base_of, endpoint
from vidra.sources.protocol import Listing, SourceError, Unit
from vidra.sources.transport.client import Transport
from vidra.sources.transport.dialect import Dialect
from vidra.sources.transport.messages import Answer, Request
from vidra.sources.transport.proxies import proxy_for
from vidra.telemetry.http_requests import RequestCounter


class Infrahub:
    """Lists and fetches artifacts.

    Args:
        traffic: Where requests are counted, if others count theirs there too.

    Raises:
        SourceError: The address is none, or the credential cannot be one.
    """

    def __init__(
        self,
        url: str,
        credential: Credential,
        limits: InfrahubLimits = DEFAULT_LIMITS,
        traffic: RequestCounter | None = None,
    ) -> None:
        self.base = base_of(url)
        check(credential, self.base)
        self.credential = credential
        self._limits = limits
        self._transport = Transport(
            self.base,
            limits,
            RequestCounter() if traffic is None else traffic,
            Dialect(PEER, may_pass),
            proxy=proxy_for(URL(self.base)),
        )
        self._account = Account(self.base, credential, self._transport, limits)
        self._suggestions = Suggestions(self.base, self._account.send, limits.max_list_bytes)

    async def list(self, selection: Selection) -> Listing:
        """The artifacts that the stored query gives for the selection.

        Raises:
            SourceError: There is no list. Never read as an empty one.
        """
        url = endpoint(
            self.base, "query", selection.query, parameters={**parameters(selection), "update_group": "false"}
        )
        body = msgspec.json.encode({"variables": variables(selection)})
        answer = await self._account.send(Request("POST", url, cap=self._limits.max_list_bytes, body=body))
        if answer.status != 200:
            error = query_refused(answer, self.base, selection)
            if error.reason is Reason.BRANCH_NOT_FOUND:
                raise branch_missing(self.base, selection, await self._suggestions.branch(selection))
            raise error
        listing = self._listing(answer, selection)
        if listing.units or listing.missing or listing.left_out:
            return listing
        return msgspec.structs.replace(listing, hint=await self._suggestions.artifact(selection))

    async def fetch(self, artifact: Unit, selection: Selection) -> bytes:
        """The text of an artifact, verified against its checksum.

        Raises:
            SourceError: The text cannot be had, or is not what was announced.
        """
        if artifact.marker is None:
            raise SourceError(
                Reason.NOT_GENERATED,
                f"{self.base} has not generated artifact {artifact.id} yet ({selection}); generate it in Infrahub",
            )
        url = endpoint(self.base, "artifact", artifact.id, parameters=parameters(selection))
        answer = await self._account.send(Request("GET", url, cap=self._limits.max_bytes))
        if answer.status != 200:
            raise artifact_refused(answer, self.base, selection, artifact.id)
        self._verify(answer, artifact, selection)
        return answer.body

    async def defines(self, selection: Selection) -> bool:
        """Whether a definition of artifacts has exactly this name for them, in the branch.

        Raises:
            SourceError: Infrahub does not say.
        """
        return selection.artifact_name in await self._suggestions.defined(selection)

    async def ask(
        self, document: str, variables: Mapping[str, Any], *, secrets: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """What a GraphQL document gives.

        Args:
            secrets: What in the variables no message may repeat.

        Raises:
            SourceError: It gives errors, or nothing.
        """
        body = msgspec.json.encode({"query": document, "variables": variables})
        url = document_url(self.base)
        request = Request("POST", url, cap=self._limits.max_list_bytes, body=body, secrets=secrets)
        answer = await self._account.send(request)
        return read_document(answer, self.base)

    async def retire(self) -> None:
        """Close the connections once no request is under way; a later one opens them again for its own time."""
        await self._transport.retire()

    async def close(self) -> None:
        """Close the connections at once."""
        await self._transport.close()

    def _listing(self, answer: Answer, selection: Selection) -> Listing:
        if not answer.is_json:
            raise not_infrahub(answer, self.base)
        try:
            return read_listing(answer, selection, self._limits.max_artifacts)
        except NotGraphQLError as error:
            raise not_infrahub(answer, self.base, str(error)) from None
        except SourceError as error:
            message = f"the stored query of {self.base} does not give the artifacts ({selection}): {error}"
            raise SourceError(error.reason, message) from None

    def _verify(self, answer: Answer, artifact: Unit, selection: Selection) -> None:
        found = hashlib.md5(answer.body, usedforsecurity=False).hexdigest()
        if found == artifact.marker:
            return
        if answer.content_type == "text/html":
            raise not_infrahub(answer, self.base)
        raise SourceError(
            Reason.CHECKSUM_MISMATCH,
            f"{self.base} gave a text with MD5 {found} for artifact {artifact.id}, and announced "
            f"{one_line(artifact.marker or '', 64)} "
            f"({selection}); it may have been generated again meanwhile, and is asked for at the next reconcile; "
            "if it lasts, generate it again in Infrahub",
        )
