"""Which object a body is: its identity, or what it lacks to have one."""

from typing import Any

import msgspec

from vidra.manifests.problems import ProblemReason, RefusedError, shown


class Ref(msgspec.Struct, frozen=True, order=True, gc=False):
    """Which object; the namespace is empty when the text names none."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        group, slash, _ = self.api_version.partition("/")
        return group if slash else ""

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place} ({self.api_version})"


def identify(body: dict[str, Any]) -> Ref:
    """The identity of an object.

    Raises:
        RefusedError: It has none, or its metadata cannot be metadata.
    """
    kind = _text(body, "kind", "kind", ProblemReason.MISSING_KIND)
    api_version = _text(body, "apiVersion", "apiVersion", ProblemReason.MISSING_API_VERSION)
    if api_version.count("/") > 1:
        raise RefusedError(ProblemReason.INVALID_FIELD, "apiVersion must be 'version' or 'group/version'")
    metadata = _metadata(body)
    for field in ("labels", "annotations"):
        _check_texts(metadata, field)
    namespace = _segment(_text(metadata, "namespace", "metadata.namespace", None), "metadata.namespace")
    return Ref(api_version=api_version, kind=kind, namespace=namespace, name=_segment(_name(metadata), "metadata.name"))


def _segment(name: str, path: str) -> str:
    """A name that may be a segment of a path; no API server takes another, and no request is made with one.

    https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/api/validation/path/name.go

    Raises:
        RefusedError: It may not.
    """
    if name in {".", ".."} or "/" in name or "%" in name or not name.isprintable():
        message = f"{path} {shown(name)!r} cannot be a name: it may be neither '.' nor '..', and hold no '/' and no '%'"
        raise RefusedError(ProblemReason.INVALID_FIELD, message)
    return name


def _metadata(body: dict[str, Any]) -> dict[str, Any]:
    metadata = body.get("metadata")
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        raise RefusedError(ProblemReason.INVALID_FIELD, "metadata must be a map with at least a name")
    return metadata


def _name(metadata: dict[str, Any]) -> str:
    name = _text(metadata, "name", "metadata.name", None)
    if name:
        return name
    if metadata.get("generateName"):
        message = "metadata.generateName makes another object at every apply; give the object a metadata.name instead"
        raise RefusedError(ProblemReason.MISSING_NAME, message)
    raise RefusedError(ProblemReason.MISSING_NAME, "metadata.name is missing; every object needs one")


def _text(fields: dict[str, Any], key: str, path: str, missing: ProblemReason | None) -> str:
    value = fields.get(key)
    if value is not None and not isinstance(value, str):
        raise RefusedError(ProblemReason.INVALID_FIELD, f"{path} must be text; put it in quotes")
    if not value and missing is not None:
        raise RefusedError(missing, f"{path} is missing; every object needs one")
    return value or ""


def _check_texts(metadata: dict[str, Any], field: str) -> None:
    texts = metadata.get(field)
    if texts is None:
        return
    if not isinstance(texts, dict):
        raise RefusedError(ProblemReason.INVALID_FIELD, f"metadata.{field} must be a map of texts")
    for key in texts:
        _text(texts, key, f"metadata.{field}: the value of {shown(key)!r}", None)
