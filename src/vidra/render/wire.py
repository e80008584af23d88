"""What is written to `vidra-render` and read from it: pure. `renderer/wire.go` says the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import msgspec

from vidra.api.quoting import one_line
from vidra.api.redaction import hidden
from vidra.render.errors import RendererMissingError, RenderError, RenderFault
from vidra.render.rendered import Remark, Rendered
from vidra.render.request import HelmRequest, RenderRequest

PROTOCOL = 1
_LONGEST = 2_000
"""Characters of a message: a chart may have written some of them."""
_MOST_REMARKS = 100


class _Fault(msgspec.Struct):
    fault: RenderFault
    message: str
    file: str = ""
    line: int = 0


class _Answer(msgspec.Struct):
    protocol: int
    text: bytes = b""
    remarks: list[Remark] = []
    read: list[str] = []
    renderer: str = ""
    error: _Fault | None = None
    secrets: list[str] = []


def write_request(request: RenderRequest) -> Iterator[bytes]:
    """The request piece by piece, none much larger than one file of it."""
    helm = isinstance(request, HelmRequest)
    yield b'{"protocol":%d,"%s":' % (PROTOCOL, b"helm" if helm else b"kustomize")
    if isinstance(request, HelmRequest):
        rest, files = _chart(request)
    else:
        rest, files = {"folder": request.folder, "variables": request.variables}, request.files
    yield msgspec.json.encode(rest)[:-1]
    if files is not None:
        yield b',"files":{'
        for number, (path, content) in enumerate(files.items()):
            yield b'%s%s:"' % (b"," if number else b"", msgspec.json.encode(path))
            yield msgspec.json.encode(content)[1:]
        yield b"}"
    yield b"}}"


def _chart(request: HelmRequest) -> tuple[dict[str, object], Mapping[str, bytes] | None]:
    archive = request.chart if isinstance(request.chart, bytes) else None
    rest: dict[str, object] = {
        "chart": archive,
        "release": request.release,
        "namespace": request.namespace,
        "values": request.values,
        "kubeVersion": request.kube_version,
        "apiVersions": request.api_versions,
        "lookups": [
            {
                "apiVersion": each.api_version,
                "kind": each.kind,
                "namespace": each.namespace,
                "name": each.name,
                "object": each.object,
            }
            for each in request.lookups
        ],
        "crds": request.crds,
        "twice": request.twice,
    }
    return rest, None if isinstance(request.chart, bytes) else request.chart


def read_answer(data: bytes) -> Rendered:
    """What the program says.

    Raises:
        RenderError: It says that there is no text, or nothing that can be understood.
    """
    try:
        answer = msgspec.json.decode(data, type=_Answer)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise RenderError(RenderFault.FAILED, "the renderer's answer cannot be read") from None
    if answer.error is not None:
        raise _error(answer.error, answer.secrets)
    return Rendered(
        text=answer.text,
        remarks=tuple(
            msgspec.structs.replace(each, message=_said(each.message, answer.secrets))
            for each in answer.remarks[:_MOST_REMARKS]
        ),
        read=tuple(answer.read),
        renderer=answer.renderer,
    )


def _error(found: _Fault, secrets: Collection[str]) -> RenderError:
    if found.fault is RenderFault.MISSING:
        message = (
            f"the renderer is of another version than Vidra: `make renderer` builds the right one ({found.message})"
        )
        return RendererMissingError(message)
    return RenderError(found.fault, _said(found.message, secrets), file=_said(found.file, secrets), line=found.line)


def _said(text: str, secrets: Collection[str]) -> str:
    """A message without secrets; of a long one both ends, for the cause stands last."""
    shown, half = hidden(text, secrets, len(text)), _LONGEST // 2 - 5
    return one_line(shown if len(shown) <= _LONGEST else f"{shown[:half]} ... {shown[-half:]}", _LONGEST)
