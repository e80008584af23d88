"""`vidra explain`: what a reason means, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra.cli.parsing import Argument
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def reasons(_given: Mapping[str, Any], incomplete: str) -> list[str]:
    """The reasons that begin so."""
    from vidra.api.reasons import Reason

    return [reason.value for reason in Reason if reason.value.lower().startswith(incomplete.lower())]


def explain(
    reason: Annotated[
        str,
        Argument(help="A reason from STATUS, a condition or an Event; without one, all are listed.", complete=reasons),
    ] = "",
) -> None:
    """Say what a reason means and what to do about it, in the words of docs/spec/conditions.md.

    Example: vidra explain KindUnknown
    """
    from vidra.api.reason_guide import explain as explanation_of
    from vidra.api.reasons import Reason
    from vidra.cli.errors import CommandError
    from vidra.cli.terminal import terminal_width, wrapped

    if not reason:
        for each in Reason:
            echo(each.value)
        return
    found = next((each for each in Reason if each.value.lower() == reason.lower()), None)
    if found is None:
        from vidra.common.nearest import did_you_mean

        hint = did_you_mean(reason, [each.value for each in Reason])
        raise CommandError(f"there is no reason {reason!r}{hint or ' (vidra explain lists them)'}")
    told, width = explanation_of(found), min(terminal_width(), 100)
    texts = (found.value, *wrapped(told.meaning, width), "", *wrapped(f"What to do: {told.advice}", width))
    echo("\n".join(texts))
