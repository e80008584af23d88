"""An admission webhook for the objects of one namespace, which never answers."""

from __future__ import annotations

import asyncio
import base64
import ssl
from types import TracebackType
from typing import Self

import trustme
from aiohttp import web

from testkit.environment import Scene
from testkit.objects import Json

LONGEST = 30
"""Seconds that an API server waits for a webhook at the most."""


class HangingWebhook:
    """Is asked about every ConfigMap of a namespace that is created or changed, for as long as the context lasts.

    Args:
        scene: In its cluster.
        namespace: Of the objects.

    Attributes:
        asked: How often.
        given_up: How often the API server did not wait any longer.
    """

    def __init__(self, scene: Scene, namespace: str) -> None:
        self._scene, self._namespace = scene, namespace
        self._authority = trustme.CA()
        self.asked = self.given_up = 0

    async def __aenter__(self) -> Self:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("127.0.0.1").configure_cert(tls)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._hang)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls).start()
        await self._scene.apply(self._configuration(f"https://127.0.0.1:{self._runner.addresses[0][1]}/"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        configurations = await self._scene.kind("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")
        await self._scene.delete(configurations, self._namespace)
        await self._runner.cleanup()

    async def _hang(self, _: web.Request) -> web.StreamResponse:
        self.asked += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.given_up += 1
        raise AssertionError

    def _configuration(self, url: str) -> Json:
        rule = {
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "resources": ["configmaps"],
            "operations": ["CREATE", "UPDATE"],
        }
        authority = base64.b64encode(self._authority.cert_pem.bytes()).decode()
        return {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": self._namespace},
            "webhooks": [
                {
                    "name": "hanging.example.com",
                    "admissionReviewVersions": ["v1"],
                    "sideEffects": "None",
                    "timeoutSeconds": LONGEST,
                    "failurePolicy": "Fail",
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": self._namespace}},
                    "rules": [rule],
                    "clientConfig": {"url": url, "caBundle": authority},
                }
            ],
        }
