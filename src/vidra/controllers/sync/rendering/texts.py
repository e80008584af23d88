"""The texts of one poll of a sync: which of them are still right, and how the others are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping

import msgspec

from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sources.release import Crds
from vidra.api.sync import Sync
from vidra.apply.desired.digest import Digests
from vidra.common.text import limited_sentences
from vidra.controllers.runtime.content_chunks import ContentError
from vidra.controllers.runtime.event_loop import run_in_thread_if_large
from vidra.controllers.sync.artifacts.diff import Standing, SyncProblem
from vidra.controllers.sync.rendering.definitions import keep_definitions
from vidra.controllers.sync.rendering.destination import View
from vidra.controllers.sync.rendering.failures import Failures, failure_of
from vidra.controllers.sync.rendering.marker import Inputs, unit_of
from vidra.controllers.sync.rendering.requests import helm_request, kustomize_request, options_of, release_of
from vidra.controllers.sync.rendering.usage import WORDS, Usage, usage_of
from vidra.controllers.sync.rendering.values import Found
from vidra.controllers.sync.rendering.variables import variables
from vidra.render.errors import RenderError
from vidra.render.protocol import Renderer
from vidra.render.rendered import RemarkKind, Rendered
from vidra.render.request import HelmRequest, RenderRequest, Values
from vidra.sources.protocol import Files, Form, Remark, Source, SourceError, Unit

_REMARKS = 5
"""Remarks about a text that are told."""


class Text(msgspec.Struct, frozen=True):
    """A text of manifests."""

    text: bytes
    marker: str
    """What it was made of."""


class Given(msgspec.Struct, frozen=True):
    """What one form of unit is rendered with, or why that is not known."""

    found: tuple[Found, ...] = ()
    error: SourceError | None = None


class Seen(msgspec.Struct, frozen=True):
    """What is rendered with."""

    given: Mapping[Form, Given]
    views: Mapping[str, View]
    """What each destination looks like, by place, where there are charts."""
    more: tuple[Values, ...] = ()
    """Values over all others, for a preview."""


class Texts:
    """Implements `vidra.controllers.sync.artifacts.diff.UnitTexts`.

    Args:
        load: Reads the stored text of a VidraResource.
        mentioned: Which words are in a chart.
    """

    def __init__(
        self,
        sync: Sync,
        renderer: Renderer,
        failures: Failures,
        digests: Digests,
        remark: Remark,
        *,
        seen: Seen,
        load: Callable[[VidraResource], Awaitable[bytes]],
        mentioned: Callable[[bytes | Files, Collection[str]], Awaitable[frozenset[str]]],
    ) -> None:
        self._sync = sync
        self._renderer = renderer
        self._failures = failures
        self._digests = digests
        self._remark = remark
        self._given = seen.given
        self._views = seen.views
        self._destinations = {place: self._digests_of(view) for place, view in seen.views.items()}
        self._more = seen.more
        self._load = load
        self._mentioned = mentioned

    def standing(self, unit: Unit, place: str, marker: str) -> Standing:
        """How a stored text with a marker stands at a destination; of none the marker is empty."""
        if unit.form is Form.MANIFESTS:
            return Standing(current=marker == unit.marker)
        if (error := self._given[unit.form].error) is not None:
            return Standing(current=False, problem=SyncProblem(error.reason, f"{_named(unit)}: {error}; {_STAYS}"))
        inputs = self._inputs(unit, place)
        if inputs.made(marker):
            return Standing(current=True)
        if not inputs.known:
            seen = self._views[place]
            message = f"{_named(unit)} cannot be rendered for its destination: {seen.why}; {_STAYS}"
            return Standing(current=False, problem=SyncProblem(seen.reason, message))
        return Standing(current=False, problem=self._failures.get(self._sync.key, unit.id, inputs.marker()))

    def groups(self, unit: Unit, places: Iterable[str]) -> list[list[str]]:
        """The destinations of a unit that have the same text, together."""
        found: dict[str, list[str]] = {}
        for place in places:
            key = "" if unit.form is Form.MANIFESTS else self._inputs(unit, place).marker()
            found.setdefault(key, []).append(place)
        return list(found.values())

    async def make(self, source: Source, unit: Unit, place: str, existing: VidraResource | None) -> Text:
        """The text of a unit for a destination.

        Args:
            existing: The VidraResource that has the text before it.

        Raises:
            SourceError: There is none.
        """
        content = await source.fetch(unit)
        if unit.form is Form.MANIFESTS:
            assert isinstance(content, bytes), "manifests are a text"
            return Text(content, unit.marker or "")
        inputs = self._inputs(unit, place)
        request = await self._request(unit, place, content, existing)
        rendered = await self._render(unit, inputs, request)
        self._tell(unit, rendered)
        text = rendered.text
        if unit.form is Form.CHART and existing is not None and release_of(self._sync).crds is Crds.CREATE:
            before = await self._before(existing)
            text = await run_in_thread_if_large(len(text), lambda: keep_definitions(rendered.text, before))
        if isinstance(request, HelmRequest):
            inputs = inputs.used(await self._usage(content, request))
        return Text(text, inputs.marker(rendered.renderer))

    async def _before(self, existing: VidraResource) -> bytes:
        """The text before this one; empty when it is lost."""
        try:
            return await self._load(existing)
        except ContentError:
            return b""

    async def _usage(self, content: bytes | Files, request: HelmRequest) -> Usage:
        """What of its destination a chart looks at; its values may be templates as well."""
        values = [item.text for item in request.values]
        in_values = {word for word in WORDS if any(word.encode() in text for text in values)}
        return usage_of(in_values | await self._mentioned(content, WORDS))

    async def _request(
        self, unit: Unit, place: str, content: bytes | Files, existing: VidraResource | None
    ) -> RenderRequest:
        values = [await found.values() for found in self._given[unit.form].found]
        if unit.form is Form.CHART:
            stored = existing.spec.content.marker if existing and existing.spec.content else ""
            view, twice = self._views[place], unit_of(stored) != unit.marker
            request = helm_request(self._sync, unit, content, values, view, twice=twice)
            return msgspec.structs.replace(request, values=(*request.values, *self._more))
        own = self._sync.render.kustomize
        assert isinstance(content, Files), "a kustomization is made of files"
        wanted = bool(own.substitute or own.substitute_from)
        return kustomize_request(content, variables(values, own.substitute) if wanted else None)

    async def _render(self, unit: Unit, inputs: Inputs, request: RenderRequest) -> Rendered:
        try:
            return await self._renderer.render(request)
        except RenderError as error:
            problem = failure_of(error, _named(unit))
            if not error.again:
                self._failures.put(self._sync.key, unit.id, inputs.marker(), problem)
            raise SourceError(problem.reason, problem.message) from None

    def _tell(self, unit: Unit, rendered: Rendered) -> None:
        random = [item.message for item in rendered.remarks if item.kind is RemarkKind.NOT_DETERMINISTIC]
        others = [item.message for item in rendered.remarks if item.kind is not RemarkKind.NOT_DETERMINISTIC]
        for reason, messages in ((Reason.NOT_DETERMINISTIC, random), (Reason.WARNED, others)):
            if messages:
                self._remark(reason, f"{_named(unit)}: {limited_sentences(messages, _REMARKS)}")

    def _inputs(self, unit: Unit, place: str) -> Inputs:
        marked = [(found.name, found.marker) for found in self._given[unit.form].found]
        if unit.form is Form.KUSTOMIZATION:
            told = msgspec.json.encode([self._sync.render.kustomize.substitute, marked], order="sorted")
            return Inputs(unit.marker or "", self._digests.of(told))
        options = options_of(self._sync, unit)
        more = [(values.name, values.text.decode(errors="replace")) for values in self._more]
        given = self._digests.of(options + msgspec.json.encode([marked, more]))
        return Inputs(unit.marker or "", given, *self._destinations[place])

    def _digests_of(self, view: View) -> tuple[str | None, str | None, str | None]:
        """Of its version, of what it serves, and of what may be looked up: once, however many charts go there."""
        capable = view.capabilities
        version = None if capable is None else self._digests.of(capable.version.encode())
        apis = None if capable is None else self._digests.of("\n".join(capable.apis).encode())
        lookups = None if view.lookups is None else ""
        if view.lookups:
            lookups = self._digests.of(msgspec.json.encode(view.lookups, order="sorted"))
        return version, apis, lookups


_STAYS = "what is applied stays"


def _named(unit: Unit) -> str:
    return f"the {'chart' if unit.form is Form.CHART else 'kustomization'} {unit.id}"
