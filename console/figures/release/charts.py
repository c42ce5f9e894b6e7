"""Bar charts as SVG, drawn from published numbers only: readable in print and without colour."""

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

from console.figures.published import PublishedTable, Shown
from console.figures.release.words import Words
from console.figures.tally import TOTAL, Cell, axes_of

MOST_PANELS = 7
"""A dimension with more codes than this is not set side by side."""

MOST_ROWS = 24
"""How many bars stand one above the other; of more codes the largest are drawn."""

_WIDTH, _ROW, _LINE = 880, 20, 13
_LEAST_LABEL, _MOST_LABEL, _BESIDE = 204, 296, 12
"""The width of the column of labels, and how much of it no text may use, in points."""

_SLIM, _BROAD = "fijlrtI .,:;'’!|()[]-", "mwMW@%…—"
_DIGIT, _GAP, _BOX = 7, 5, 14
_LEAST_SEEN = 1.5


@dataclass(frozen=True)
class Chart:
    """What is drawn of a table: a bar for every row in every panel.

    ``rows`` and ``panels`` are codes with labels; a chart without panels has a single one with an
    empty label. ``of`` is how many codes there are to choose rows from.
    """

    rows: tuple[tuple[str, str], ...]
    panels: tuple[tuple[str, str], ...]
    values: tuple[tuple[Shown | None, ...], ...]
    of: int


def choose(table: PublishedTable, words: Words) -> Chart:
    """Choose what to draw: one dimension down, and a short one side by side if there is one.

    More codes than ``MOST_ROWS`` give way to the largest published ones, in order of size.
    """
    dimensions, axes = table.raw.dimensions, axes_of(table.raw)
    short = [at for at, axis in enumerate(axes) if len(axis) <= MOST_PANELS]
    across = short[-1] if short and len(axes) > 1 else None
    down = next(at for at in range(len(axes)) if at != across)

    def cell(row: str, panel: str) -> Cell:
        return tuple(
            row if at == down else panel if at == across else TOTAL for at in range(len(axes))
        )

    codes = list(axes[down])
    if len(codes) > MOST_ROWS:
        codes.sort(key=lambda code: -length(table.published.get(cell(code, TOTAL))))
    codes = codes[:MOST_ROWS]
    panels = [(TOTAL, "")]
    if across is not None:
        panels = [(code, words.label(dimensions[across], code)) for code in (*axes[across], TOTAL)]
    return Chart(
        tuple((code, words.label(dimensions[down], code)) for code in codes),
        tuple(panels),
        tuple(
            tuple(table.published.get(cell(code, panel)) for panel, _ in panels) for code in codes
        ),
        len(axes[down]),
    )


def length(shown: Shown | None) -> int:
    """Return how long a cell's bar is: hidden cells and those that cannot be have none."""
    return shown if isinstance(shown, int) else 0


def svg(chart: Chart, name: str, title: str, description: str, slack: int) -> str:
    """Draw the chart. ``name`` is unique on the page; ``slack`` is how far off a count may be."""
    labels = [_fitted(label, _MOST_LABEL - _BESIDE) for _, label in chart.rows]
    side = max([_LEAST_LABEL, *(ceil(_set_width(label)) + _BESIDE for label in labels)])
    panel = (_WIDTH - side) / len(chart.panels)
    longest = max((length(shown) for row in chart.values for shown in row), default=0)
    room = panel - 2 * _GAP - _DIGIT * len(str(longest)) - _GAP
    unit = room / max(longest + slack, 1)
    heads = [textwrap.wrap(label, max(4, int(panel / 7))) or [""] for _, label in chart.panels]
    top = _LINE * min(3, max(map(len, heads))) + _GAP if len(chart.panels) > 1 else 0
    height = top + _ROW * len(chart.rows)
    parts = [f'<title id="{name}-t">{escape(title)}</title>']
    parts.append(f'<desc id="{name}-d">{escape(description)}</desc>')
    for at, lines in enumerate(heads):
        left = side + at * panel
        parts.append(_head(lines, left) if top else "")
        parts.append(f'<path class="a" d="M{left:.1f} {top}V{height}"/>')
    for at, (label, values) in enumerate(zip(labels, chart.values, strict=True)):
        y = top + at * _ROW
        parts.append(f'<text x="{side - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>')
        parts.extend(
            _bar(shown, side + place * panel, y, unit, slack) for place, shown in enumerate(values)
        )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        f'aria-labelledby="{name}-t {name}-d">{"".join(parts)}</svg>'
    )


def whiskers(chart: Chart, slack: int) -> bool:
    """Say whether the chart's bars come with a line that shows how far off they may be."""
    return slack > 0 and bool(chart.rows)


def has_hidden(chart: Chart) -> bool:
    """Say whether a hidden count is drawn."""
    return any(isinstance(shown, str) for row in chart.values for shown in row)


def _head(lines: Sequence[str], left: float) -> str:
    shown = [*lines[:2], " ".join(lines[2:])] if len(lines) > 2 else lines
    width = max(map(len, shown[:2]))
    place = f'<tspan x="{left + 2:.1f}" y='
    spans = "".join(
        f'{place}"{_LINE * at - 2}">{escape(_short(line, width + 1))}</tspan>'
        for at, line in enumerate(shown, 1)
    )
    return f'<text class="h">{spans}</text>'


def _bar(shown: Shown | None, left: float, top: int, unit: float, slack: int) -> str:
    if shown is None:
        return _number("–", left + _GAP, top)
    if isinstance(shown, str):
        return _hatched(left, top) + _number(shown, left + _BOX + _GAP, top)
    end = left + shown * unit
    drawn = f'<rect x="{left:.1f}" y="{top + 4}" width="{shown * unit:.1f}" height="{_ROW - 8}"/>'
    low, high = left + max(shown - slack, 0) * unit, end + slack * unit
    if slack * unit >= _LEAST_SEEN:
        middle = top + _ROW // 2
        drawn += (
            f'<path class="w" d="M{low:.1f} {middle}H{high:.1f}'
            f'M{low:.1f} {middle - 3}v6M{high:.1f} {middle - 3}v6"/>'
        )
        end = high
    return drawn + _number(str(shown), end + _GAP, top)


def _hatched(left: float, top: int) -> str:
    x, y = left + 1, top + 4
    lines = "".join(f"M{x + at:.1f} {y + 12}l4 -12" for at in (0, 4, 8))
    return f'<path class="x" d="M{x:.1f} {y}h12v12h-12z{lines}"/>'


def _number(text: str, x: float, top: int) -> str:
    return f'<text class="n" x="{x:.1f}" y="{top + 14}">{escape(text)}</text>'


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _fitted(text: str, room: float) -> str:
    """Return the text, its end replaced by an ellipsis where it is wider than there is room."""
    if _set_width(text) <= room:
        return text
    while text and _set_width(text) + _set_width("…") > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _set_width(text: str) -> float:
    """Return how wide a label may be in points, in the broadest of the usual typefaces."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> float:
    if unicodedata.combining(character):
        return 0
    if character in _SLIM:
        return 5.2
    broad = character in _BROAD or unicodedata.east_asian_width(character) in "WF"
    return 12.6 if broad else 8.1
