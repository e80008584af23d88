"""Who may ask: users with passwords, sessions with tokens, API keys, and reading without any."""

from __future__ import annotations

import secrets
import uuid

from aiohttp import web

from testkit.infrahub import jwt
from testkit.infrahub.answers import RefusedError
from testkit.infrahub.history import now

REFRESH_LIFETIME = 2592000


class Accounts:
    """The accounts of one Infrahub."""

    def __init__(self, username: str, password: str) -> None:
        self.users = {username: password}
        self.keys: set[str] = {str(uuid.uuid4())}
        self.lifetime = 3600
        """Seconds for which an access token is good."""
        self.anonymous = True
        """Whether anybody may read artifacts."""
        self._signing_key = secrets.token_bytes(32)
        self._sessions: set[str] = set()
        self._expired: set[str] = set()
        self._issued: set[str] = set()

    def log_in(self, username: str, password: str) -> tuple[str, str]:
        """An access token and a refresh token."""
        if username not in self.users:
            raise RefusedError(404, "That login user doesn't exist in the system")
        if self.users[username] != password:
            raise RefusedError(401, "Incorrect password")
        session = str(uuid.uuid4())
        self._sessions.add(session)
        refresh = jwt.issue(username, session, "refresh", REFRESH_LIFETIME, self._signing_key)
        return self._access(username, session), refresh

    def refresh(self, token: str | None) -> str:
        """A new access token for a refresh token."""
        if not token:
            raise RefusedError(401, "A JWT refresh token is required to perform this operation.")
        claims = self._valid(token, "refresh")
        if claims.session_id not in self._sessions:
            raise RefusedError(401, "The provided refresh token has been invalidated in the database")
        return self._access(claims.sub, claims.session_id)

    def log_out(self, token: str | None) -> None:
        """End a session: its refresh token is refused from now on, its access token works until it ends."""
        if not token:
            raise RefusedError(401, "A JWT access token is required to perform this operation.")
        self._sessions.discard(self._valid(token, "access").session_id)

    def check(self, request: web.Request) -> None:
        """Let a request pass, or refuse it. A key wins over a token, a header over a cookie."""
        key = request.headers.get("X-INFRAHUB-KEY")
        token = bearer(request) or request.cookies.get("access_token")
        if key:
            if key not in self.keys:
                raise RefusedError(401, "Invalid token")
        elif token:
            self._valid(token, "access")
        elif not (self.anonymous and request.method == "GET"):
            raise RefusedError(401, "Authentication is required")

    def expire_tokens(self) -> None:
        """End every access token now."""
        self._expired |= self._issued

    def end_sessions(self) -> None:
        """Refuse every refresh token from now on."""
        self._sessions.clear()

    def revoke(self) -> None:
        """Forget the key that tokens were signed with: none of them is known any more."""
        self._signing_key = secrets.token_bytes(32)

    def _access(self, username: str, session: str) -> str:
        token = jwt.issue(username, session, "access", self.lifetime, self._signing_key)
        # Tokens of one session and second are equal, so a new one may be an old one.
        self._expired.discard(token)
        self._issued.add(token)
        return token

    def _valid(self, token: str, kind: str) -> jwt.Claims:
        claims = jwt.read(token, self._signing_key)
        if claims is None:
            raise RefusedError(401, "Invalid token")
        if claims.exp <= now().timestamp() or token in self._expired:
            raise RefusedError(401, "Expired Signature")
        if claims.type != kind:
            article = "an" if kind == "access" else "a"
            raise RefusedError(401, f"Invalid token, current token is not {article} {kind} token")
        return claims


def bearer(request: web.Request) -> str | None:
    """The token in the header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def kind_of(request: web.Request) -> str:
    """How a request says who asks."""
    if request.headers.get("X-INFRAHUB-KEY"):
        return "key"
    if bearer(request):
        return "bearer"
    return "cookie" if request.cookies.get("access_token") else "none"
