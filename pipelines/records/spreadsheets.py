"""Keeps text that others wrote from running as a formula where a spreadsheet opens it: files and tables alike."""

from __future__ import annotations

from typing import TypeVar

Cell = TypeVar("Cell")

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(cell: Cell) -> Cell | str:
    """The cell; text that a spreadsheet would take for a formula with an apostrophe before it. Numbers stay.

    >>> inert("=1+1"), inert("-0.5"), inert(-0.5), inert("a-b")
    ("'=1+1", "'-0.5", -0.5, 'a-b')
    """
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) else text
