"""What somebody else wrote, as a message may repeat it."""

from __future__ import annotations


def one_line(text: str, most: int) -> str:
    """A text on one line, of a bearable length, whatever it holds.

    Args:
        most: Characters.
    """
    if len(text) <= most and text.isprintable():
        return text
    # What is far too long is cut before it is looked at.
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * most]).split())
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"
