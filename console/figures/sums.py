"""A longer period: the sums of what its months published, cell by cell. Pure.

A cell is found by what it counts, whichever table prints it, so that a table that one month had
to print coarser leaves the other months' coarser margins usable. A code that a month's list did not
have yet counts nothing there. A table that not every month can give is left out, and is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from console.errors import ConsoleError
from console.figures.published import Protected, PublishedTable
from console.figures.rounding import BASE, MAX_CHANGE, Identity, identity
from console.figures.tally import TOTAL, Cell, RawTable, axes_of, sums_of


@dataclass(frozen=True)
class Month:
    """What one month published: its tables with the true counts beside them."""

    period: str
    tables: tuple[PublishedTable, ...]

    def cells(self) -> dict[Identity, tuple[int, int]]:
        """Return published and true count of every cell that the month printed.

        Raises ``ConsoleError`` for a hidden one, which cannot be added up.
        """
        found: dict[Identity, tuple[int, int]] = {}
        for table in self.tables:
            for cell, shown in table.published.items():
                if not isinstance(shown, int):
                    raise ConsoleError("hidden counts cannot be added up")
                found[identity(table.raw, cell)] = (shown, table.raw.cells[cell])
        return found

    def codes(self) -> dict[str, set[str]]:
        """Return the codes that the month printed, by dimension."""
        found: dict[str, set[str]] = {}
        for table in self.tables:
            for dimension, codes in zip(table.raw.dimensions, axes_of(table.raw), strict=True):
                found.setdefault(dimension, set()).update(codes)
        return found


def add_up(months: Sequence[Month]) -> Protected:
    """Return the sums of the months' tables, each as far as every month can give it.

    Raises ``ConsoleError`` if a sum breaks what mode ``rounded`` promises, times the months.
    """
    cells = [month.cells() for month in months]
    codes = [month.codes() for month in months]
    kept: list[PublishedTable] = []
    coarser: list[str] = []
    printed: set[Identity] = set()
    for shape in _shapes(months):
        summed = _summed(shape, cells, codes)
        if summed is None:
            coarser.append(shape.name)
            continue
        keys = {identity(summed.raw, cell) for cell in summed.published}
        if not keys <= printed:
            kept.append(summed)
            printed |= keys
    for table in kept:
        _check(table, len(months))
    return Protected("rounded", tuple(kept), tuple(coarser))


def most_change(months: int) -> int:
    """Return by how much a sum over months can be off at most: what is true of every release."""
    return MAX_CHANGE * months


def _shapes(months: Sequence[Month]) -> list[RawTable]:
    """Return every table that some month printed, over the codes of all months, largest first."""
    found: dict[str, tuple[RawTable, list[list[str]]]] = {}
    for month in months:
        for table in month.tables:
            raw = table.raw
            _, axes = found.setdefault(raw.name, (raw, [[] for _ in raw.dimensions]))
            for axis, codes in zip(axes, axes_of(raw), strict=True):
                axis += [code for code in codes if code not in axis]
    shapes = [
        RawTable(
            raw.name,
            raw.dimensions,
            raw.counts,
            dict.fromkeys(product(*((*axis, TOTAL) for axis in axes)), 0),
            raw.mentioned,
        )
        for raw, axes in found.values()
    ]
    return sorted(shapes, key=lambda shape: -len(shape.dimensions))


def _summed(
    shape: RawTable,
    cells: Sequence[Mapping[Identity, tuple[int, int]]],
    codes: Sequence[Mapping[str, set[str]]],
) -> PublishedTable | None:
    published: dict[Cell, int] = {}
    true: dict[Cell, int] = {}
    for cell in shape.cells:
        key, shown, counted = identity(shape, cell), 0, 0
        for month, listed in zip(cells, codes, strict=True):
            if key in month:
                shown, counted = shown + month[key][0], counted + month[key][1]
            elif all(
                code == TOTAL or code in listed.get(dimension, set())
                for dimension, code in zip(shape.dimensions, cell, strict=True)
            ):
                return None
        published[cell], true[cell] = shown, counted
    raw = RawTable(shape.name, shape.dimensions, shape.counts, true, shape.mentioned)
    return PublishedTable(raw, published)


def _check(table: PublishedTable, months: int) -> None:
    counts = {cell: shown for cell, shown in table.published.items() if isinstance(shown, int)}
    sound = all(
        not shown % BASE
        and shown >= 0
        and abs(shown - table.raw.cells[cell]) <= most_change(months)
        for cell, shown in counts.items()
    )
    if not sound or any(
        counts[total] != sum(counts[part] for part in parts) for total, parts in sums_of(table.raw)
    ):
        raise ConsoleError(
            f"the summed table {table.raw.name} does not add up; nothing was written"
        )
