"""The events of a YAML text, one by one, from libyaml; its complaints become refusals."""

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import Event, StreamEndEvent
from yaml.reader import ReaderError

from vidra.manifests.problems import ProblemReason, RefusedError


class Events:
    """Reads one text. libyaml keeps its own stack, so no depth of a text can overflow one here."""

    __slots__ = ("_get", "_last", "_line", "_text")

    def __init__(self, text: str, line: int) -> None:
        self._get = CParser(text).get_event
        self._line = line
        self._text = text
        self._last: Event | None = None

    def next(self) -> Event:
        """The next event.

        Raises:
            RefusedError: The text is not YAML.
        """
        try:
            self._last = event = self._get()
        except YAMLError as error:
            raise self._refused(error) from None
        return event or StreamEndEvent()

    def line(self) -> int:
        """The line of the whole text on which the last event starts."""
        mark = self._last and self._last.start_mark
        return self._line + (mark.line if mark else 0)

    def _refused(self, error: YAMLError) -> RefusedError:
        line, problem = self._line, "it cannot be parsed"
        if isinstance(error, MarkedYAMLError):
            mark = error.problem_mark or error.context_mark
            line, problem = line + (mark.line if mark else 0), error.problem or problem
        elif isinstance(error, ReaderError):
            line += self._text.encode()[: error.position].count(b"\n")
            problem = error.reason
        return RefusedError(ProblemReason.INVALID_YAML, f"the document is not valid YAML: {problem}", line)
