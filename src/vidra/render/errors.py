"""What can go wrong, by kind; every message says what to do and holds no secret.

RenderError
└── RendererMissingError
"""

from __future__ import annotations

from enum import StrEnum


class RenderFault(StrEnum):
    """Why there is no text; the set is closed."""

    CHART = "Chart"
    """It is none, is a library, or cannot be read."""
    DEPENDENCY = "Dependency"
    """A chart that it needs is not in its folder `charts`."""
    KUBE_VERSION = "KubeVersion"
    """It is for another version of Kubernetes."""
    VALUES = "Values"
    """They are no map, of the wrong type, or not what the chart's schema asks for."""
    TEMPLATE = "Template"
    """A template is invalid, or ended with an error (`fail`, `required`); `file` and `line` say where."""
    MANIFEST = "Manifest"
    """What a template made, or a file of an overlay, is no YAML, or no object."""
    KUSTOMIZATION = "Kustomization"
    """It is missing, invalid, or cannot be built."""
    REMOTE = "Remote"
    """It names something outside of the source: a URL, a repository."""
    PROGRAM = "Program"
    """It wants a program to run: an exec or container function, a plugin, Helm inside of Kustomize."""
    VARIABLE = "Variable"
    """A variable has neither value nor default, or an expression cannot be read."""
    TOO_LARGE = "TooLarge"
    """More than the limits allow, going in or coming out, or in memory."""
    TOO_LONG = "TooLong"
    """It does not end in time."""
    MISSING = "Missing"
    """There is no program to render with, or not the one of this version (`RendererMissingError`)."""
    FAILED = "Failed"
    """The program ended without an answer: a fault of Vidra."""


class RenderError(Exception):
    """There is no text.

    Attributes:
        fault: Which kind of error it is.
        file: Where it is, if that is known: `templates/web.yaml` in the chart, or a path of the overlay.
        line: The line in it, from 1; 0 when it is not known.
        again: Whether the same request may be answered another time (`TOO_LONG`, `FAILED`, `MISSING`).
    """

    def __init__(self, fault: RenderFault, message: str, *, file: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.fault = fault
        self.file = file
        self.line = line

    @property
    def again(self) -> bool:
        """Whether asking again can help."""
        return self.fault in {RenderFault.TOO_LONG, RenderFault.FAILED, RenderFault.MISSING}


class RendererMissingError(RenderError):
    """There is no program to render with; plain manifests need none."""

    def __init__(self, message: str) -> None:
        super().__init__(RenderFault.MISSING, message)
