"""What every answer tells a browser: run nothing but the page's own files, ask no other host, keep nothing."""

from __future__ import annotations

from aiohttp import web

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""No `unsafe-*`: text from a cluster is never markup, and could run nothing if it were."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
    "Server": "vidra",
}
CACHE = "Cache-Control"


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Add them to an answer; a browser keeps only what says so itself."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault(CACHE, "no-store")
