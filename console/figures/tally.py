"""Tables of true counts, with every margin: made from grouped rows, never leaving the vault."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from console.errors import ConsoleError
from console.figures.tables import Counts, Definition

TOTAL = "_T"
"""The code of a total, in any dimension, as in SDMX."""

Cell = tuple[str, ...]


@dataclass(frozen=True)
class RawTable:
    """True counts of one table by cell, a code or ``_T`` per dimension; every combination is there.

    ``mentioned`` is the many-valued dimension of a table of mentions, and empty otherwise.
    """

    name: str
    dimensions: tuple[str, ...]
    counts: Counts
    cells: Mapping[Cell, int]
    mentioned: str = ""


def tabulate(
    definition: Definition,
    grid: Callable[[str], Sequence[str]],
    grouped: Iterable[tuple[Cell, int]],
) -> RawTable:
    """Return a table over the full grid from counts grouped by the table's dimensions.

    ``grid`` gives a dimension's codes in print order. Codes in ``grouped`` that the grid lacks are
    added after it, in order of their spelling. Raises ``ConsoleError`` for a code spelled ``_T``.
    """
    rows = [(cell, count) for cell, count in grouped if count]
    axes: list[tuple[str, ...]] = []
    for position, dimension in enumerate(definition.dimensions):
        listed = tuple(grid(dimension))
        found = {cell[position] for cell, _ in rows}.difference(listed)
        codes = listed + tuple(sorted(found))
        if TOTAL in codes:
            raise ConsoleError(f"'{TOTAL}' is a code of {dimension}; it must mean the total only")
        axes.append((*codes, TOTAL))
    cells = dict.fromkeys(product(*axes), 0)
    for cell, count in rows:
        for margin in product(*((code, TOTAL) for code in cell)):
            cells[margin] += count
    return RawTable(
        definition.name, definition.dimensions, definition.counts, cells, definition.mentioned
    )


def axes_of(table: RawTable) -> tuple[tuple[str, ...], ...]:
    """Return the table's codes by dimension, in print order, without the total."""
    return tuple(
        tuple(
            code for code in dict.fromkeys(cell[position] for cell in table.cells) if code != TOTAL
        )
        for position in range(len(table.dimensions))
    )


def sums_of(table: RawTable) -> Iterator[tuple[Cell, tuple[Cell, ...]]]:
    """Yield each total with its parts, along every dimension and in every margin."""
    axes = axes_of(table)
    for position, codes in enumerate(axes):
        others = [(*axis, TOTAL) for axis in axes[:position] + axes[position + 1 :]]
        for rest in product(*others):
            head, tail = rest[:position], rest[position:]
            yield (*head, TOTAL, *tail), tuple((*head, code, *tail) for code in codes)


def one_way(table: RawTable) -> list[RawTable]:
    """Return the table without its interactions: one table a dimension, from its margins."""
    parts = []
    for position, dimension in enumerate(table.dimensions):
        if table.mentioned and dimension != table.mentioned:
            continue
        cells: dict[Cell, int] = {
            (cell[position],): count
            for cell, count in table.cells.items()
            if all(code == TOTAL for at, code in enumerate(cell) if at != position)
        }
        suffix = "_mentions" if table.mentioned else ""
        parts.append(
            RawTable(dimension + suffix, (dimension,), table.counts, cells, table.mentioned)
        )
    return parts
