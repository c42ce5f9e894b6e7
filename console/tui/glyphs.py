"""The last step before the terminal: what is drawn there can be neither read as a command nor
come out as a blank box."""

import unicodedata
from functools import cached_property

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from console.text import plain

_MARKS = {
    "▢": "_",
    "□": ".",
    "■": "x",
    "⚠": "!",
    "✓": "v",
    "✎": "*",
    "✗": "x",
    "●": "*",
    "○": "o",
    "•": "*",
    "·": "-",
    "…": "~",
    "–": "-",
    "—": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "▲": "^",
    "▼": "v",
    "▶": ">",
    "◀": "<",
    "←": "<",
    "→": ">",
    "↑": "^",
    "↓": "v",
    "░": ".",
    "▒": ":",
    "▁": "_",
    "▔": "-",
}


def _drawn(char: str) -> str:
    """Return a box-drawing or block character in ASCII; what is heavy there stays heavy."""
    name = unicodedata.name(char, "")
    heavy = "HEAVY" in name or "DOUBLE" in name or "BLOCK" in name
    across, down = "HORIZONTAL" in name, "VERTICAL" in name
    if across == down:
        return "#" if heavy else "+"
    if across:
        return "=" if heavy else "-"
    return "#" if heavy else "|"


_UNDIMMED = Style(dim=False)
_ASCII = {**{char: _drawn(char) for char in map(chr, range(0x2500, 0x25A0))}, **_MARKS}


class Printable(LineFilter):
    """Leaves of every line that is drawn what a terminal can only print.

    Every widget's text goes through here, so that one that shows data unclean, today or after an
    upgrade, cannot make the terminal act. The width of a line never changes. With ``limited``
    the frames and marks are drawn in ASCII, for the Linux console's font and for locales without
    Unicode; what ``encoding`` cannot say becomes a question mark.
    """

    def __init__(self, *, limited: bool = False, encoding: str = "utf-8") -> None:
        super().__init__()
        self._limited = limited
        self._encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return ``segments`` with nothing but printable text in them."""
        if not self._limited and all(text.isprintable() for text, _, _ in segments):
            return segments
        return [
            Segment(text.translate(self._table), style, control)
            for text, style, control in segments
        ]

    @cached_property
    def _table(self) -> "_Cells":
        return _Cells(limited=self._limited, encoding=self._encoding)


class _Cells(dict[int, str]):
    """What is drawn for each character, worked out once per character that occurs."""

    def __init__(self, *, limited: bool, encoding: str) -> None:
        super().__init__()
        self._limited = limited
        self._encoding = encoding

    def __missing__(self, code: int) -> str:
        char = chr(code)
        drawn = char
        if plain(char) != char or char == "\n":
            drawn = "\N{REPLACEMENT CHARACTER}" * cell_len(char)
        if self._limited:
            drawn = "".join(_ASCII.get(each, each) for each in drawn)
            try:
                drawn.encode(self._encoding)
            except UnicodeEncodeError:
                drawn = "?" * cell_len(char)
        self[code] = drawn
        return drawn


class Undimmed(LineFilter):
    """Shows dim text at full strength: for eyes and terminals that need the contrast."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return ``segments`` with nothing dim in them."""
        return [
            Segment(text, style + _UNDIMMED if style is not None and style.dim else style, control)
            for text, style, control in segments
        ]
