"""What comes out: a text, and what a person should know about it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class RemarkKind(StrEnum):
    """What a remark is about; the set is closed."""

    TEST_LEFT_OUT = "TestLeftOut"
    """A test hook: nothing runs it."""
    HOOK_LEFT_OUT = "HookLeftOut"
    """A hook for a deletion or a rollback, or of an unknown event: nothing runs it."""
    HOOK_CHANGED = "HookChanged"
    """A hook that is applied, but at another time or for longer than Helm would."""
    CRDS_LEFT_OUT = "CRDsLeftOut"
    """Definitions of the chart that `CRDPolicy.SKIP` left out."""
    LOOKUP_EMPTY = "LookupEmpty"
    """A template looked up what is not declared, and found nothing."""
    NOT_DETERMINISTIC = "NotDeterministic"
    """A field is another one each time the chart is rendered."""
    DEPRECATED = "Deprecated"
    """The chart, or a field of a kustomization, is deprecated."""


class Remark(msgspec.Struct, frozen=True):
    """Something that stops nothing."""

    kind: RemarkKind
    message: str
    """A sentence without a secret, of one line."""


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """The same for the same request, but for what the chart itself makes random."""

    text: bytes
    """YAML documents in a fixed order. May be empty. Hooks carry Vidra's annotations (wave, recreate, prune)."""
    remarks: tuple[Remark, ...] = ()
    """In a fixed order, none twice."""
    read: tuple[str, ...] = ()
    """Of an overlay: which of the files were read, sorted. The text is the same as long as these are."""
    renderer: str = ""
    """Versions of what made it: `helm/v4.3.2`, `kustomize/v0.21.2`."""
