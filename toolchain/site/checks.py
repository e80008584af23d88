"""What is looked at in a built site: nothing in it is fetched from another host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

_FETCHED: Final = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "object": "data"}
_LINKED: Final = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "modulepreload"}
_STYLE: Final = re.compile(r"""(?:@import|url\()\s*["']?((?:https?:)?//[^"')\s]+)""")


class _Fetches(HTMLParser):
    """Collects what a browser would fetch for a page without being asked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.draws = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and _LINKED & set(given.get("rel", "").split()):
            self.found.append(given.get("href", ""))
        if tag in _FETCHED:
            self.found.append(given.get(_FETCHED[tag], ""))
        # The theme gets the library for these from elsewhere.
        self.draws = self.draws or "mermaid" in given.get("class", "").split()


def fetched_elsewhere(site: Path) -> Iterator[str]:
    """Give a line for each thing that a browser would get from another host, with the page that asks for it."""
    for file in sorted(site.rglob("*.html")):
        page = _Fetches()
        page.feed(file.read_text(encoding="utf-8"))
        yield from (f"{file.relative_to(site)}: {url}" for url in page.found if _elsewhere(url))
        if page.draws:
            yield f"{file.relative_to(site)}: a mermaid drawing, which needs a library from elsewhere"
    for file in sorted(site.rglob("*.css")):
        found = _STYLE.findall(file.read_text(encoding="utf-8"))
        yield from (f"{file.relative_to(site)}: {url}" for url in found)


def _elsewhere(url: str) -> bool:
    return url.startswith(("http:", "https:", "//"))
