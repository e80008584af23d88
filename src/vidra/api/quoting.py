"""Quotes a foreign text in a message."""

from __future__ import annotations


def one_line(text: str, most: int) -> str:
    """A text on one line, of limited length, whatever it contains.

    Args:
        most: Characters.
    """
    if len(text) <= most and text.isprintable():
        return text
    # A text that is much too long is cut before it is processed.
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * most]).split())
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"
