"""How a table is laid out for reading: some dimensions down, one across, totals last."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from console.figures.published import PublishedTable, Shown
from console.figures.release.words import Words
from console.figures.tally import TOTAL, Cell, axes_of

Coded = tuple[str, str]
"""A code and its label."""

NARROW = 14
"""Up to so many columns of numbers are easily read side by side."""


@dataclass(frozen=True)
class Grid:
    """A table as rows and columns.

    ``down`` are the labels of the dimensions that go down, with their names; ``rows`` has a code a
    dimension of these. A table of one dimension has one column without code or label.
    """

    down: tuple[Coded, ...]
    rows: tuple[tuple[Coded, ...], ...]
    columns: tuple[Coded, ...]
    cell: Callable[[tuple[Coded, ...], Coded], Shown | None]


def lay_out(table: PublishedTable, words: Words) -> Grid:
    """Lay the table out: the last dimension across, unless it is long and the first is shorter."""
    dimensions = table.raw.dimensions
    axes = [
        [(code, words.label(dimension, code)) for code in (*codes, TOTAL)]
        for dimension, codes in zip(dimensions, axes_of(table.raw), strict=True)
    ]
    places = list(range(len(axes)))
    if len(axes) == 2 and len(axes[1]) > max(len(axes[0]), NARROW):
        places.reverse()
    down, across = (places[:-1], places[-1]) if len(axes) > 1 else (places, None)

    def cell(row: tuple[Coded, ...], column: Coded) -> Shown | None:
        codes = dict(zip(down, row, strict=True))
        place: Cell = tuple(codes.get(at, column)[0] for at in range(len(axes)))
        return table.published.get(place)

    return Grid(
        tuple((dimensions[at], words.label(dimensions[at])) for at in down),
        tuple(product(*(axes[at] for at in down))),
        (("", ""),) if across is None else tuple(axes[across]),
        cell,
    )
