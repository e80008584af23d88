"""The part of Infrahub's REST API that Vidra uses, and what answers beside it."""

from __future__ import annotations

import asyncio

from aiohttp import web

from testkit.infrahub.accounts import REFRESH_LIFETIME, Accounts, bearer
from testkit.infrahub.answers import RefusedError, as_json, page
from testkit.infrahub.contents import Contents
from testkit.infrahub.deliveries import Deliveries
from testkit.infrahub.graphql import GraphQL
from testkit.infrahub.history import MAIN, History
from testkit.infrahub.payloads import UnreadableError, read_document, read_login, read_variables
from testkit.infrahub.query_admin import QueryAdmin
from testkit.infrahub.release import Release
from testkit.infrahub.webhooks import Webhooks


class Routes:
    """The handlers over the accounts and contents of one Infrahub."""

    def __init__(
        self, accounts: Accounts, contents: Contents, webhooks: Webhooks, history: History, release: Release
    ) -> None:
        self._accounts = accounts
        self._contents = contents
        self._graphql = GraphQL(webhooks, history, release)
        self.login_seconds = 0.0
        self._graphql.queries = QueryAdmin(contents)
        self.deliveries = self._graphql.deliveries = Deliveries()

    def table(self, prefix: str) -> list[web.RouteDef]:
        """All of them, below a path."""
        api = f"{prefix}/api"
        return [
            web.post(f"{api}/auth/login", self._log_in),
            web.post(f"{api}/auth/refresh", self._refresh),
            web.post(f"{api}/auth/logout", self._log_out),
            web.post(f"{api}/query/{{name}}", self._query),
            web.get(f"{api}/artifact/{{id}}", self._artifact, allow_head=False),
            web.get(f"{api}/storage/object/{{id}}", self._object, allow_head=False),
            web.post(f"{prefix}/graphql", self._document),
            web.post(f"{prefix}/graphql/{{branch}}", self._document),
            web.route("*", "/{rest:.*}", self._elsewhere),
        ]

    async def _log_in(self, request: web.Request) -> web.Response:
        username, password = read_login(await request.read())
        await asyncio.sleep(self.login_seconds)
        access, refresh = self._accounts.log_in(username, password)
        response = as_json({"access_token": access, "refresh_token": refresh})
        self._set_cookie(response, "access_token", access)
        self._set_cookie(response, "refresh_token", refresh, REFRESH_LIFETIME)
        return response

    async def _refresh(self, request: web.Request) -> web.Response:
        access = self._accounts.refresh(bearer(request) or request.cookies.get("refresh_token"))
        response = as_json({"access_token": access})
        self._set_cookie(response, "access_token", access)
        return response

    async def _log_out(self, request: web.Request) -> web.Response:
        self._accounts.log_out(bearer(request) or request.cookies.get("access_token"))
        response = as_json(None)
        response.del_cookie("access_token", samesite="lax")
        response.del_cookie("refresh_token", samesite="lax")
        return response

    async def _query(self, request: web.Request) -> web.Response:
        name = _segment(request, "name")
        variables = read_variables(await request.read())
        branch, moment = self._contents.place(request.query)
        self._accounts.check(request)
        if isinstance(variables, UnreadableError):
            raise variables
        return as_json(self._contents.query(name, variables, branch, moment))

    async def _document(self, request: web.Request) -> web.Response:
        document, variables = read_document(await request.read())
        self._accounts.check(request)
        return as_json(self._graphql.run(document, variables, request.match_info.get("branch", MAIN)))

    async def _artifact(self, request: web.Request) -> web.Response:
        branch, moment = self._contents.place(request.query)
        self._accounts.check(request)
        content_type, text = self._contents.text(request.match_info["id"], branch, moment)
        return web.Response(body=text, headers={"Content-Type": content_type})

    async def _object(self, request: web.Request) -> web.Response:
        self._accounts.check(request)
        return web.Response(body=self._contents.object(request.match_info["id"]), headers={"X-No-Type": "1"})

    async def _elsewhere(self, request: web.Request) -> web.Response:
        in_api = request.path.startswith("/api/")
        if request.method != "GET" and not (in_api and request.method in {"POST", "PUT", "PATCH", "DELETE"}):
            response = as_json({"detail": "Method Not Allowed"}, 405)
            response.headers["Allow"] = "GET"
            return response
        if in_api:
            raise _no_endpoint(request)
        return page()

    def _set_cookie(self, response: web.Response, name: str, value: str, lifetime: int | None = None) -> None:
        age = self._accounts.lifetime if lifetime is None else lifetime
        response.set_cookie(name, value, httponly=True, max_age=age, samesite="lax")


def _segment(request: web.Request, name: str) -> str:
    """A part of the path; an escaped slash in it makes it several, and there is nothing there."""
    if "/" in request.match_info[name]:
        raise _no_endpoint(request)
    return request.match_info[name]


def _no_endpoint(request: web.Request) -> RefusedError:
    return RefusedError(404, f"The requested endpoint {request.path} does not exist")
