"""What goes to an Infrahub and what comes back; neither shows its contents."""

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
    ) -> None:
        self.method = method
        self.url = url
        self.cap = cap
        self.body = body
        self.headers = dict(headers or {})
        self.secrets = secrets

    def signed(self, header: str, value: str, secret: str) -> Request:
        """The same request with proof of who asks."""
        headers = {**self.headers, header: value}
        return Request(
            self.method, self.url, cap=self.cap, body=self.body, headers=headers, secrets=(*self.secrets, secret)
        )


class Answer:
    """One answer, read to its end."""

    def __init__(
        self,
        status: int,
        content_type: str,
        body: bytes,
        *,
        location: str = "",
        retry_after: float | None = None,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.status = status
        self.content_type = content_type
        self.body = body
        self.location = location
        self.retry_after = retry_after
        self.secrets = secrets
        """What was sent, and no message may repeat."""

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        return self.content_type == "application/json" or self.content_type.endswith("+json")
