"""A longer period: the sums of what its months published, cell by cell. Pure.

A cell is found by what it counts, whichever table prints it, so that a table that one month had
to print coarser leaves the other months' coarser margins usable. A code that a month's list did not
have yet counts nothing there. A table that not every month can give is left out, and is named.
"""

from collections.abc import Callable, Mapping, Sequence
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


def add_up(months: Sequence[Month], grid: Callable[[str], Sequence[str]]) -> Protected:
    """Return the sums of the months' tables, each as far as every month can give it.

    ``grid`` gives a dimension's codes in print order. The tables are in the order of the first
    month that has them; one that a month printed in the place of another is left out if the other
    is there.

    Raises ``ConsoleError`` if a sum breaks what mode ``rounded`` promises, times the months.
    """
    cells = [month.cells() for month in months]
    codes = [month.codes() for month in months]
    kept: list[PublishedTable] = []
    gave_way: list[RawTable] = []
    printed: set[Identity] = set()
    whole = [name for name in _names(months) if all(name in _names([each]) for each in months)]
    for shape in _shapes(months, whole, grid):
        summed = _summed(shape, cells, codes)
        if summed is None:
            gave_way.append(shape)
            continue
        keys = {identity(summed.raw, cell) for cell in summed.published}
        if shape.name in whole or not keys <= printed:
            kept.append(summed)
            printed |= keys
    order = _names(months)
    kept.sort(key=lambda table: order.index(table.raw.name))
    for table in kept:
        _check(table, len(months))
    return Protected("rounded", tuple(kept), tuple(gave_way))


def most_change(months: int) -> int:
    """Return by how much a sum over months can be off at most: what is true of every release."""
    return MAX_CHANGE * months


def _names(months: Sequence[Month]) -> list[str]:
    return list(dict.fromkeys(table.raw.name for month in months for table in month.tables))


def _shapes(
    months: Sequence[Month], whole: Sequence[str], grid: Callable[[str], Sequence[str]]
) -> list[RawTable]:
    """Return every table that some month printed, over the codes of all months.

    Those that every month printed come first, ``whole``, then the largest.
    """
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
            dict.fromkeys(
                product(
                    *(
                        (*_in_order(axis, grid(name)), TOTAL)
                        for name, axis in zip(raw.dimensions, axes, strict=True)
                    )
                ),
                0,
            ),
            raw.mentioned,
        )
        for raw, axes in found.values()
    ]
    return sorted(shapes, key=lambda shape: (shape.name not in whole, -len(shape.dimensions)))


def _in_order(codes: Sequence[str], listed: Sequence[str]) -> list[str]:
    """Return the codes in the order of the list; one that it has no more goes to the end."""
    known = set(codes)
    return [code for code in listed if code in known] + sorted(known.difference(listed))


def _summed(
    shape: RawTable,
    cells: Sequence[Mapping[Identity, tuple[int, int]]],
    codes: Sequence[Mapping[str, set[str]]],
) -> PublishedTable | None:
    # Where no table had a dimension, it is not its codes that are new: nothing was counted by it.
    if any(dimension not in listed for listed in codes for dimension in shape.dimensions):
        return None
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
