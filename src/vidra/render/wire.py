"""What is written to `vidra-render` and read from it: pure. `renderer/wire.go` says the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import msgspec

from vidra.api.quoting import one_line
from vidra.api.redaction import hidden, possible
from vidra.render.errors import RendererMissingError, RenderError, RenderFault
from vidra.render.rendered import Remark, Rendered
from vidra.render.request import HelmRequest, RenderRequest

PROTOCOL = 1
_LONGEST = 2_000
"""Characters of a message: a chart may have written some of them."""
_MOST_REMARKS = 100
_MOST_SECRETS = 40
"""In one message: a chart that puts more into one is not worth the time to take them out."""


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
        raise _error(answer.error, _Masked(answer.error.message + answer.error.file, answer.secrets))
    remarks = answer.remarks[:_MOST_REMARKS]
    masked = _Masked("\n".join(each.message for each in remarks), answer.secrets)
    return Rendered(
        text=answer.text,
        remarks=tuple(msgspec.structs.replace(each, message=masked.shown(each.message)) for each in remarks),
        read=tuple(answer.read),
        renderer=answer.renderer,
    )


def _error(found: _Fault, masked: _Masked) -> RenderError:
    if found.fault is RenderFault.MISSING:
        message = (
            f"the renderer is of another version than Vidra: `make renderer` builds the right one ({found.message})"
        )
        return RendererMissingError(message)
    return RenderError(found.fault, masked.shown(found.message), file=masked.shown(found.file), line=found.line)


class _Masked:
    """Shows parts of a text without secrets.

    Args:
        text: All of it.
        secrets: Any number of them.
    """

    def __init__(self, text: str, secrets: Collection[str]) -> None:
        self._secrets = possible(text, secrets)

    def shown(self, text: str) -> str:
        """One line; of a long one both ends, for the cause stands last."""
        if len(self._secrets) > _MOST_SECRETS:
            return "not shown, for it holds many values of Secrets"
        clean, half = hidden(text, self._secrets, len(text)), _LONGEST // 2 - 5
        return one_line(clean if len(clean) <= _LONGEST else f"{clean[:half]} ... {clean[-half:]}", _LONGEST)
