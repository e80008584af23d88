"""What MkDocs asks while it builds (``mkdocs.yml`` names this): pages that are made, and links as the site has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

from toolchain.site.fields import field_page
from toolchain.site.notes import notes_page
from toolchain.site.outside import as_page, outside, page_of, relinked

_ROOT = Path(__file__).parents[2]


def on_files(files: Any, config: Any) -> Any:
    """Add the fields of each resource, a list of the notes, and what pages link to that lies beside ``docs/``."""
    pages = {file.src_uri: file.content_string for file in files.documentation_pages()}
    _add(files, config, "design/index.md", notes_page(pages))
    for definition in sorted((_ROOT / "charts/vidra/crds").glob("*.yaml")):
        _add(files, config, f"reference/{definition.stem}.md", field_page(definition))
    linked = {path for uri, text in pages.items() for path in outside(f"docs/{uri}", text)}
    for path in sorted(linked):
        _add(files, config, page_of(path), as_page(_ROOT, path))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:  # noqa: ARG001 - MkDocs names them
    """Lead every link to the page that shows what it names."""
    if page.file.generated_by:
        return markdown
    return relinked(f"docs/{page.file.src_uri}", markdown)


def _add(files: Any, config: Any, uri: str, content: str) -> None:
    files.append(File.generated(config, uri, content=content))
