"""Charts of published counts, and of a trial's, as bars that any terminal can draw.

Nothing here ever draws a true count: what may be looked at over a shoulder is what is out, or
what could be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.binding import Binding
from textual.color import Color
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Static
from textual_plotext import PlotextPlot

from console import figures
from console.figures import MonthTotal, PublishedTable, Review
from console.figures.rounding import BASE
from console.figures.tally import TOTAL
from console.language import _, later
from console.text import plain
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown

_WIDEST_LABEL = 30
_MONTH_CELLS = 6
# A full block is the one marker that the line filters draw in ASCII too, and fonts without
# Braille have.
_MARKER = "sd"
_MOST_LINES = 4
_THIN = 0.01


@dataclass(frozen=True)
class Bar:
    """One bar: what it is called, and its count; None where there is none to draw."""

    label: str
    count: int | None


@dataclass(frozen=True)
class Chart:
    """Bars with a title and a line to read them by; ``upright`` for months, in their order."""

    title: str
    note: str
    bars: tuple[Bar, ...]
    upright: bool = False


def over_months(months: Sequence[MonthTotal]) -> Chart:
    """Return the published calls of each month, from the first that was published to the last."""
    out = [at for at, month in enumerate(months) if month.published is not None]
    shown_months = months[out[0] : out[-1] + 1] if out else ()
    return Chart(
        _("Published calls by month"),
        _("Published counts only. A month with ? is not published."),
        tuple(Bar(month.period, month.published) for month in shown_months),
        upright=True,
    )


def of_table(table: PublishedTable, review: Review) -> list[Chart]:
    """Return what is shown of a table by each of its dimensions, the largest codes first."""
    charts = []
    note = (
        _("A trial of the protection, nothing of it is published. The largest first.")
        if review.trial
        else _("Published counts only. The largest first.")
    )
    dimensions = table.raw.dimensions
    for place, dimension in enumerate(dimensions):
        bars = [
            Bar(plain(review.label(dimension, cell[place]), lines=False), number)
            for cell, number in table.published.items()
            if isinstance(number, int)
            and number
            and all((code == TOTAL) == (at != place) for at, code in enumerate(cell))
        ]
        bars.sort(key=lambda bar: -(bar.count or 0))
        title = _("{month}: {dimension} ({counted})").format(
            month=figures.named(review.period),
            dimension=review.label(dimension, ""),
            counted=_(table.raw.counts),
        )
        charts.append(Chart(title, note, tuple(bars)))
    return charts


class ChartScreen(Screen[None]):
    """One chart after the other."""

    HELP = later(
        "Bars of published counts, or of a trial's where the month is not published. No true\n"
        "count is drawn. F2 goes to the next chart: a table's dimensions, then the months."
    )
    DEFAULT_CSS = """
    #chart-title, #chart-note { height: 1; padding: 0 1; }
    ChartScreen { background: $surface; }
    #chart-note { dock: bottom; margin-bottom: 1; }
    """
    BINDINGS = [
        Binding("f2,n,right", "step(1)", later("next chart"), key_display="F2"),
        Binding("p,left", "step(-1)", later("chart before"), show=False, key_display="P"),
        Binding("escape,q,f7", "dismiss", later("back"), key_display="Esc"),
    ]

    def __init__(self, charts: Sequence[Chart]) -> None:
        super().__init__()
        self._charts = tuple(charts)
        self._at = 0

    def compose(self) -> ComposeResult:
        """What is drawn, the drawing, and how to read it."""
        yield Static(id="chart-title")
        yield PlotextPlot(id="chart")
        yield Static(id="chart-note")
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow the theme's colours."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.draw())

    def on_resize(self, event: Resize) -> None:
        """Draw as many bars as there is room for."""
        self.call_after_refresh(self.draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One chart has none beside it."""
        return action != "step" or len(self._charts) > 1

    def action_step(self, step: int) -> None:
        """Go to the next chart, or the one before."""
        self._at = (self._at + step) % len(self._charts)
        self.draw()

    def draw(self) -> None:
        """Draw the chart in the room that there is."""
        chart = self._charts[self._at]
        plot = self.query_one(PlotextPlot)
        # What is left beside title, note and keys; the drawing may be lower than that.
        room = max(1, self.size.height - 3)
        bars = fitting(chart, self.size.width, room)
        lines = min(_MOST_LINES, max(1, (room - 1) // max(1, len(bars))))
        plot.styles.height = room if chart.upright or not bars else lines * len(bars) + 1
        title = joined(shown(chart.title, "bold"), _which(self._at, len(self._charts)))
        self.query_one("#chart-title", Static).update(title)
        note = chart.note if chart.bars else _("Nothing is published yet that could be drawn.")
        left = len(chart.bars) - len(bars)
        more = _("{count} more in the table.").format(count=left) if left else ""
        self.query_one("#chart-note", Static).update(joined(note, more))
        paint(plot, bars, upright=chart.upright, lines=lines)


def _which(at: int, count: int) -> str:
    if count == 1:
        return ""
    return _("chart {number} of {count}").format(number=at + 1, count=count)


def fitting(chart: Chart, width: int, height: int) -> tuple[Bar, ...]:
    """Return the bars that can be told apart in so many cells: the latest months, or the largest.

    Months are called by their number, and the first one and each January by its year too.
    """
    if not chart.upright:
        return tuple(
            Bar(f"{_cut(bar.label)} {bar.count}", bar.count)
            for bar in chart.bars[: max(1, (height - 1) // 2)]
        )
    bars = chart.bars[-max(1, (width - _MONTH_CELLS) // _MONTH_CELLS) :]
    return tuple(
        Bar(
            (bar.label if not at or bar.label.endswith("-01") else bar.label[-2:])
            + ("?" if bar.count is None else ""),
            bar.count,
        )
        for at, bar in enumerate(bars)
    )


def paint(plot: PlotextPlot, bars: Sequence[Bar], *, upright: bool, lines: int) -> None:
    """Draw the bars in the theme's colour; each that lies has ``lines``, the last one empty."""
    plt = plot.plt
    plt.clear_figure()
    plt.frame(False)
    if not bars:
        plot.refresh()
        return
    counts = [bar.count or 0 for bar in bars]
    labels = [bar.label for bar in bars]
    colour = Color.parse(plot.app.theme_variables["primary"]).rgb
    ticks = steps(max(counts))
    axis = [float(tick) for tick in ticks], [str(tick) for tick in ticks]
    if upright:
        plt.bar(labels, counts, marker=_MARKER, width=0.6, color=colour)
        plt.xlim(0.5, len(bars) + 0.5)
        plt.ylim(0, ticks[-1])
        plt.yticks(*axis)
    else:
        wide = max(cell_len(label) for label in labels)
        plt.bar(
            [set_cell_size(label, wide) for label in labels[::-1]],
            counts[::-1],
            orientation="horizontal",
            marker=_MARKER,
            width=max(_THIN, (lines - 2) / lines),
            color=colour,
        )
        plt.xlim(0, ticks[-1])
        # Plotext draws the limits into the middle of the outermost lines. With these, each bar
        # takes all of its lines but one, and none is thicker than another.
        first = 1 - (lines - 2) / (2 * lines)
        plt.ylim(first, first + len(bars) - 1 / lines)
        plt.xticks(*axis)
    plot.refresh()


def steps(largest: int) -> list[int]:
    """Return the numbers for an axis from 0 to ``largest`` or a little beyond, six at the most."""
    sizes = (each * 10**power for power in count() for each in (1, 2, 5))
    step = next(size for size in sizes if size >= BASE and size * 5 >= largest)
    return [step * at for at in range(max(1, -(-largest // step)) + 1)]


def _cut(label: str) -> str:
    if cell_len(label) <= _WIDEST_LABEL:
        return label
    return f"{set_cell_size(label, _WIDEST_LABEL - 1)}…"
