"""What goes to a server and what comes back; neither shows its contents."""

from __future__ import annotations

from collections.abc import Mapping

from yarl import URL


class Request:
    """One request. Secrets are in its headers or its body, so it has no telling repr."""

    def __init__(
        self,
        method: str,
        url: URL,
        *,
        cap: int,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
        limit: str = "",
    ) -> None:
        self.method = method
        self.url = url
        self.cap = cap
        self.body = body
        self.headers = dict(headers or {})
        self.secrets = secrets
        self.limit = limit
        """What a message says to raise when the answer is over the cap."""

    def signed(self, header: str, value: str, secret: str) -> Request:
        """The same request with proof of who asks."""
        headers = {**self.headers, header: value}
        return self._with(self.url, headers, (*self.secrets, secret))

    def to(self, url: URL) -> Request:
        """The same request to another address; a proof of who asks stays with the server that it was made for."""
        kept = url.origin() == self.url.origin()
        headers = {name: value for name, value in self.headers.items() if kept or name != "Authorization"}
        return self._with(url, headers, self.secrets)

    def _with(self, url: URL, headers: Mapping[str, str], secrets: tuple[str, ...]) -> Request:
        return Request(
            self.method, url, cap=self.cap, body=self.body, headers=headers, secrets=secrets, limit=self.limit
        )


class Answer:
    """One answer, read to its end."""

    def __init__(
        self,
        status: int,
        content_type: str,
        body: bytes,
        *,
        url: URL | None = None,
        location: str = "",
        retry_after: float | None = None,
        secrets: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.content_type = content_type
        self.body = body
        self.url = url
        """Who answered, after redirects."""
        self.location = location
        self.retry_after = retry_after
        self.secrets = secrets
        """What was sent, and no message may repeat."""
        self.headers = dict(headers or {})
        """Their names are in lower case."""

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        return self.content_type == "application/json" or self.content_type.endswith("+json")
