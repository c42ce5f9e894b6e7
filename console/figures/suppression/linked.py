"""Linked tables as one system: each count once, the sums it takes part in, and what bounds what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from console.errors import ConsoleError
from console.figures.rounding import CALLS, Identity, areas_of, identity
from console.figures.tally import TOTAL, Cell, RawTable, sums_of

Pair = tuple[int, int]


@dataclass(frozen=True)
class Linked:
    """The counts behind all tables of a release, numbered; equal cells are one number.

    ``sums`` are totals with their parts. ``within`` are mentions of one code with the calls that
    they belong to, never fewer; ``covers`` are calls with all their mentions, never fewer.
    """

    tables: tuple[RawTable, ...]
    numbers: Mapping[Identity, int]
    counts: tuple[int, ...]
    sums: tuple[tuple[int, tuple[int, ...]], ...]
    within: tuple[Pair, ...]
    covers: tuple[Pair, ...]

    def number(self, table: RawTable, cell: Cell) -> int:
        """Return the number of a table's cell."""
        return self.numbers[identity(table, cell)]

    def ties(self) -> tuple[Pair, ...]:
        """Return the pairs of counts of which the first is never above the second."""
        return self.within + self.covers


def link(tables: Sequence[RawTable], areas: Mapping[str, str]) -> Linked:
    """Return the tables as one system. ``areas`` gives the area that each region lies in.

    Raises ``ConsoleError`` if two tables disagree on a count.
    """
    numbers: dict[Identity, int] = {}
    counts: list[int] = []
    for table in tables:
        for cell, count in table.cells.items():
            at = numbers.setdefault(identity(table, cell), len(counts))
            if at == len(counts):
                counts.append(count)
            elif counts[at] != count:
                raise ConsoleError(
                    f"table {table.name} disagrees with another one; nothing was written"
                )
    sums = {
        (numbers[identity(table, total)], frozenset(numbers[identity(table, c)] for c in parts))
        for table in tables
        for total, parts in sums_of(table)
    } | {
        (numbers[total], frozenset(numbers[part] for part in parts))
        for total, parts in areas_of(numbers, areas)
    }
    ordered = sorted((total, tuple(sorted(parts))) for total, parts in sums if parts != {total})
    within, covers = set[Pair](), set[Pair]()
    for mentions, calls, is_total in _tied(tables, numbers):
        if is_total:
            covers.add((calls, mentions))
        else:
            within.add((mentions, calls))
    return Linked(
        tuple(tables),
        numbers,
        tuple(counts),
        tuple(ordered),
        tuple(sorted(within)),
        tuple(sorted(covers)),
    )


def _tied(
    tables: Sequence[RawTable], numbers: Mapping[Identity, int]
) -> Iterator[tuple[int, int, bool]]:
    """Yield mentions with the calls that they are of, where printed, and if of any code at all."""
    for table in tables:
        for cell in table.cells if table.mentioned else ():
            codes = dict(zip(table.dimensions, cell, strict=True))
            code = codes.pop(table.mentioned)
            beside = frozenset(pair for pair in codes.items() if pair[1] != TOTAL)
            if (CALLS, beside) in numbers:
                at = numbers[identity(table, cell)]
                yield at, numbers[CALLS, beside], code == TOTAL
