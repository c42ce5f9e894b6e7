"""The last look at rounded tables before anything is written: whole numbers, no solver, no model.

It shares no rule with the model, so that a wrong model, or a solver that lies, is caught here.
"""

from collections.abc import Mapping, Sequence
from itertools import product

from console.errors import ConsoleError
from console.figures.rounding import BASE, MAX_CHANGE, Latent
from console.figures.tables import AREA, REGION
from console.figures.tally import TOTAL, Cell, RawTable

Published = Mapping[Cell, int]


def check(
    tables: Sequence[tuple[RawTable, Published]],
    witness: Mapping[Latent, int],
    areas: Mapping[str, str],
) -> None:
    """Raise ``ConsoleError`` unless the published tables keep every promise of mode ``rounded``.

    Every combination is printed once; multiples of 5, not negative, at most 4 from the true count;
    every total is the sum of its parts in every margin, and every area that of its regions, as
    ``areas`` has them; equal cells are equal; and the witness, in counts, is a possible set of
    calls and mentions behind tables of both.
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
    _check_areas(tables, areas)
    _check_ties(tables, areas)
    if any(table.counts == "calls" for table, _ in tables):
        for table, published in tables:
            if table.mentioned:
                _check_witness(tables, table, published, witness)


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


def _codes(table: RawTable, cell: Cell) -> frozenset[tuple[str, str]]:
    named = zip(table.dimensions, cell, strict=True)
    return frozenset((dimension, code) for dimension, code in named if code != TOTAL)


def _check_links(tables: Sequence[tuple[RawTable, Published]]) -> None:
    seen: dict[tuple[str, str, frozenset[tuple[str, str]]], int] = {}
    for table, published in tables:
        for cell, count in published.items():
            key = (table.counts, table.mentioned, _codes(table, cell))
            if key[0] == "contacts" and key[2] == {("kind", "data")}:
                key = ("calls", "", frozenset())
            if seen.setdefault(key, count) != count:
                raise _failure(table, "shows a cell otherwise than another table")


def _check_areas(tables: Sequence[tuple[RawTable, Published]], areas: Mapping[str, str]) -> None:
    for coarse, by_area in tables:
        for fine, by_region in tables:
            if (coarse.counts, coarse.mentioned) != (fine.counts, fine.mentioned):
                continue
            if AREA not in coarse.dimensions or REGION not in fine.dimensions:
                continue
            sums: dict[frozenset[tuple[str, str]], int] = {}
            for cell, count in by_region.items():
                codes = dict(_codes(fine, cell))
                if REGION in codes:
                    codes[AREA] = areas.get(codes.pop(REGION), "")
                    key = frozenset(codes.items())
                    sums[key] = sums.get(key, 0) + count
            for cell, count in by_area.items():
                if sums.get(_codes(coarse, cell), count) != count:
                    raise _failure(coarse, "has an area that is not the sum of its regions")


def _check_ties(tables: Sequence[tuple[RawTable, Published]], areas: Mapping[str, str]) -> None:
    """Compare mentions and calls wherever both are printed, or can be added up from regions."""
    for mentions, mentioned in tables:
        if not mentions.mentioned:
            continue
        for calls, counted in tables:
            if calls.counts != "calls":
                continue
            of_calls = _margins(calls, counted, mentions, areas)
            for codes, count in _margins(mentions, mentioned, calls, {}).items():
                named = dict(codes)
                of_all = named.pop(mentions.mentioned, None) is None
                number = of_calls.get(frozenset(named.items()))
                if number is not None and (count < number if of_all else count > number):
                    raise _failure(mentions, f"has mentions that {calls.name} leaves no calls for")


def _margins(
    table: RawTable, published: Published, other: RawTable, areas: Mapping[str, str]
) -> dict[frozenset[tuple[str, str]], int]:
    """Return the cells of a table that are coded in dimensions of the other alone, by their codes.

    Regions are added up where the other is by area.
    """
    sums: dict[frozenset[tuple[str, str]], int] = {}
    known = {*other.dimensions, other.mentioned, table.mentioned} - {""}
    for cell, count in published.items():
        codes = dict(_codes(table, cell))
        if areas and REGION in codes and REGION not in known and AREA in known:
            codes[AREA] = areas.get(codes.pop(REGION), "")
        if codes.keys() <= known:
            key = frozenset(codes.items())
            sums[key] = sums.get(key, 0) + count
    return sums


def _check_witness(
    tables: Sequence[tuple[RawTable, Published]],
    table: RawTable,
    published: Published,
    witness: Mapping[Latent, int],
) -> None:
    """Look at every group of latent counts that speaks of a table of mentions."""
    others = {*table.dimensions} - {table.mentioned}
    groups = {
        key.beside
        for key in witness
        if key.mentioned == table.mentioned and others <= {*key.beside}
    }
    if not groups and any(published.values()):
        raise _impossible()
    for beside in groups:
        group = {
            key: n
            for key, n in witness.items()
            if (key.mentioned, key.beside) == (table.mentioned, beside)
        }
        _check_group(tables, table.mentioned, beside, group)


def _check_group(
    tables: Sequence[tuple[RawTable, Published]],
    mentioned: str,
    beside: tuple[str, ...],
    latent: Mapping[Latent, int],
) -> None:
    if any(type(count) is not int or count < 0 for count in latent.values()):
        raise _impossible()
    calls = {key.cell: count for key, count in latent.items() if not key.code}
    most, summed = dict.fromkeys(calls, 0), dict.fromkeys(calls, 0)
    for key, count in latent.items():
        if key.code:
            most[key.cell] = max(most.get(key.cell, 0), count)
            summed[key.cell] = summed.get(key.cell, 0) + count
    for cell in summed:
        if not most[cell] <= calls.get(cell, 0) <= summed[cell]:
            raise _impossible()
    for table, published in tables:
        if table.counts == "calls" or table.mentioned == mentioned:
            shown = _over_latent(table, published, mentioned, beside, latent)
            for cell, count in shown.items():
                if count != published[cell]:
                    raise _failure(table, "does not fit the other tables")


def _impossible() -> ConsoleError:
    return ConsoleError("the rounded tables have no possible truth; nothing was written")


def _over_latent(
    table: RawTable,
    published: Published,
    mentioned: str,
    beside: tuple[str, ...],
    latent: Mapping[Latent, int],
) -> dict[Cell, int]:
    """Return the latent sums of the cells that the latent counts speak of, 0 where there are none.

    Those are the cells that are coded in just the dimensions that the table shares with them.
    """
    known = [dimension in (*beside, mentioned) for dimension in table.dimensions]
    sums = {
        cell: 0
        for cell in published
        if all((code != TOTAL) == here for code, here in zip(cell, known, strict=True))
    }
    for key, count in latent.items():
        if bool(key.code) == bool(table.mentioned):
            codes = dict(zip(key.beside, key.cell, strict=True))
            if key.code:
                codes[mentioned] = key.code
            sums[tuple(codes.get(dimension, TOTAL) for dimension in table.dimensions)] += count
    return sums
