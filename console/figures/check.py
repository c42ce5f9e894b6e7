"""The last look at rounded tables before anything is written: whole numbers, no solver, no model.

It shares no rule with the model, so that a wrong model, or a solver that lies, is caught here.
"""

from collections.abc import Mapping, Sequence
from itertools import product

from console.errors import ConsoleError
from console.figures.rounding import BASE, MAX_CHANGE, Latent
from console.figures.tally import TOTAL, Cell, RawTable

Published = Mapping[Cell, int]


def check(tables: Sequence[tuple[RawTable, Published]], witness: Mapping[Latent, int]) -> None:
    """Raise ``ConsoleError`` unless the published tables keep every promise of mode ``rounded``.

    Every combination is printed once; multiples of 5, not negative, at most 4 from the true count;
    every total is the sum of its parts in every margin; equal cells are equal; and the witness, in
    counts, is a possible set of calls and mentions behind tables of both.
    """
    for table, published in tables:
        if set(published) != set(table.cells):
            raise _failure(table, "does not print each combination once")
        for cell, count in published.items():
            if type(count) is not int or count < 0 or count % BASE:
                raise _failure(table, f"has a cell that is no multiple of {BASE}")
            if abs(count - table.cells[cell]) > MAX_CHANGE:
                raise _failure(table, f"has a cell that is off by more than {MAX_CHANGE}")
        if _summed(published) != dict(published):
            raise _failure(table, "does not add up")
    _check_links(tables)
    for mentioned in {table.mentioned for table, _ in tables if table.mentioned}:
        if any(not table.mentioned for table, _ in tables):
            latent = {key: n for key, n in witness.items() if key.mentioned == mentioned}
            _check_witness(tables, mentioned, latent)


def _failure(table: RawTable, what: str) -> ConsoleError:
    return ConsoleError(f"the rounded table {table.name} {what}; nothing was written")


def _summed(published: Published) -> dict[Cell, int]:
    """Return the table that the innermost cells add up to."""
    sums = dict.fromkeys(published, 0)
    for cell, count in published.items():
        if TOTAL not in cell:
            for margin in product(*((code, TOTAL) for code in cell)):
                sums[margin] += count
    return sums


def _check_links(tables: Sequence[tuple[RawTable, Published]]) -> None:
    seen: dict[tuple[str, str, str], int] = {}
    for table, published in tables:
        for cell, count in published.items():
            codes = sorted(
                f"{dimension}={code}"
                for dimension, code in zip(table.dimensions, cell, strict=True)
                if code != TOTAL
            )
            key = (table.counts, table.mentioned, "\n".join(codes))
            if seen.setdefault(key, count) != count:
                raise _failure(table, "shows a cell otherwise than another table")


def _check_witness(
    tables: Sequence[tuple[RawTable, Published]], mentioned: str, latent: Mapping[Latent, int]
) -> None:
    if any(type(count) is not int or count < 0 for count in latent.values()):
        raise ConsoleError("the rounded tables have no possible truth; nothing was written")
    calls = {key.cell: count for key, count in latent.items() if not key.code}
    most, summed = dict.fromkeys(calls, 0), dict.fromkeys(calls, 0)
    for key, count in latent.items():
        if key.code:
            most[key.cell] = max(most.get(key.cell, 0), count)
            summed[key.cell] = summed.get(key.cell, 0) + count
    for cell in summed:
        if not most[cell] <= calls.get(cell, 0) <= summed[cell]:
            raise ConsoleError("the rounded tables have no possible truth; nothing was written")
    for table, published in tables:
        if table.mentioned not in ("", mentioned):
            continue
        shown = _over_latent(table, published, latent)
        for cell, count in shown.items():
            if count != published[cell]:
                raise _failure(table, "does not fit the other tables")


def _over_latent(
    table: RawTable, published: Published, latent: Mapping[Latent, int]
) -> dict[Cell, int]:
    """Return the latent sums of the cells that the latent counts speak of, 0 where there are none.

    Those are the cells that are coded in just the dimensions that the table shares with them.
    """
    beside = next((key.beside for key in latent), ())
    known = [dimension in (*beside, table.mentioned) for dimension in table.dimensions]
    sums = {
        cell: 0
        for cell in published
        if all((code != TOTAL) == here for code, here in zip(cell, known, strict=True))
    }
    for key, count in latent.items():
        if bool(key.code) == bool(table.mentioned):
            codes = dict(zip(key.beside, key.cell, strict=True))
            if key.code:
                codes[key.mentioned] = key.code
            sums[tuple(codes.get(dimension, TOTAL) for dimension in table.dimensions)] += count
    return sums
