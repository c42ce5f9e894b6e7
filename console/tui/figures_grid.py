"""A table of counts on the screen: laid out in words, with its header and first column fixed."""

from dataclasses import dataclass
from itertools import accumulate, product
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.figures import Label, PublishedTable, Shown
from console.figures.tally import TOTAL, axes_of
from console.text import plain

View = Literal["both", "true", "shown", "difference"]

VIEWS: tuple[View, ...] = ("both", "true", "shown", "difference")
"""What a cell of the grid says, in the order in which one key goes through them."""

_GAP = 2
_WIDEST_LABEL = 34


@dataclass(frozen=True)
class Laid:
    """A table in words: a heading a column, a label and a text a column for each row.

    ``left_out`` is the number of rows that have no count and are not among them.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    left_out: int = 0


def lay_out(
    table: PublishedTable, label: Label, view: View, *, total: str, empty_rows: bool
) -> Laid:
    """Return a table with its last dimension across and all others down, totals last.

    Rows without any count, true or shown, are left out unless ``empty_rows``; the total stays.
    """
    raw = table.raw
    *down, across = [(*codes, TOTAL) for codes in axes_of(raw)]
    names = raw.dimensions

    def words(place: int, code: str) -> str:
        return total if code == TOTAL else plain(label(names[place], code), lines=False)

    if not down:
        down, across = [across], (TOTAL,)
    rows = []
    every = list(product(*down))
    flat = len(names) == 1
    for codes in every:
        cells = [codes if flat else (*codes, code) for code in across]
        last = all(code == TOTAL for code in codes)
        if not (empty_rows or last or any(_counted(table, cell) for cell in cells)):
            continue
        name = " · ".join(words(place, code) for place, code in enumerate(codes) if code != TOTAL)
        texts = tuple(_text(raw.cells[cell], table.published[cell], view) for cell in cells)
        rows.append((name or total, texts))
    columns = tuple(words(len(names) - 1, code) for code in across)
    return Laid(columns, tuple(rows), len(every) - len(rows))


def _counted(table: PublishedTable, cell: tuple[str, ...]) -> bool:
    return table.raw.cells[cell] != 0 or table.published[cell] != 0


def _text(true: int, shown: Shown, view: View) -> str:
    if view == "true":
        return str(true)
    if view == "shown":
        return str(shown)
    if view == "difference":
        if not isinstance(shown, int):
            return str(shown)
        return f"{shown - true:+}" if shown != true else "0"
    return "0" if true == shown == 0 else f"{true} → {shown}"


class Grid(ScrollView, can_focus=True):
    """Scrolls a laid-out table under its header and beside its labels."""

    DEFAULT_CSS = """
    Grid { height: 1fr; border: round $primary; }
    Grid:focus { border: heavy $accent; }
    """
    BINDINGS = [
        Binding("left", "column(-1)", show=False),
        Binding("right", "column(1)", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._laid = Laid((), ())
        self._first = 0
        self._widths: tuple[int, ...] = ()

    @property
    def laid(self) -> Laid:
        """What is shown."""
        return self._laid

    def lay(self, laid: Laid, *, keep_place: bool = False) -> None:
        """Show another table, from its first cell unless ``keep_place``."""
        self._laid = laid
        self._first = min(_WIDEST_LABEL, max((cell_len(name) for name, _ in laid.rows), default=0))
        self._widths = tuple(
            _GAP + max(cell_len(text) for text in (column, *(row[1][at] for row in laid.rows)))
            for at, column in enumerate(laid.columns)
        )
        self.virtual_size = Size(self._first + sum(self._widths), len(laid.rows) + 1)
        if not keep_place:
            self.scroll_to(0, 0, animate=False)
        self.refresh()

    def action_column(self, step: int) -> None:
        """Scroll to where the next column begins, or the one before."""
        starts = list(accumulate(self._widths, initial=0))[:-1] or [0]
        here = self.scroll_offset.x
        if step > 0:
            to = next((at for at in starts if at > here), here)
        else:
            to = next((at for at in reversed(starts) if at < here), 0)
        self.scroll_to(x=to, animate=False)

    def render_line(self, y: int) -> Strip:
        """Return one line of the widget: the header, then the rows from the first in sight."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        plain_style = self.rich_style
        bold = plain_style + Style(bold=True)
        if y == 0:
            return self._line("", self._laid.columns, left, width, bold, bold)
        at = y - 1 + top
        if at >= len(self._laid.rows):
            return Strip.blank(width, plain_style)
        name, texts = self._laid.rows[at]
        last = at == len(self._laid.rows) - 1
        return self._line(name, texts, left, width, bold, bold if last else plain_style)

    def _line(
        self,
        name: str,
        texts: tuple[str, ...],
        left: int,
        width: int,
        label_style: Style,
        style: Style,
    ) -> Strip:
        cells = "".join(
            " " * (wide - cell_len(text)) + text
            for text, wide in zip(texts, self._widths, strict=True)
        )
        label = _fitted(name, self._first)
        room = max(0, width - self._first)
        across = Strip([Segment(cells, style)]).crop(left, left + room)
        return Strip([Segment(label, label_style), *across]).adjust_cell_length(width, style)


def _fitted(text: str, width: int) -> str:
    """Return ``text`` in exactly ``width`` cells, its end cut off where need be."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1) + "…", width)
