"""From true tables to a release: model, solution, check, and coarser tables where need be."""

from collections.abc import Callable, Mapping, Sequence

from console.figures.check import check
from console.figures.published import Protected, PublishedTable
from console.figures.rounding import (
    Identity,
    Model,
    Running,
    Solution,
    build,
    identity,
    published,
    witness,
)
from console.figures.solve import NoRoundingError
from console.figures.tally import RawTable, one_way

Solver = Callable[[Model], Solution]


def protect(
    tables: Sequence[RawTable],
    running: Mapping[Identity, Running],
    secret: bytes,
    period: str,
    solve: Solver,
    areas: Mapping[str, str] | None = None,
) -> Protected:
    """Round all tables jointly, after checking the result without the solver.

    ``areas`` gives the area that each region lies in. Where no rounding of all exists, each table
    is kept whole, in order, if that is possible beside those kept before it, and is otherwise
    replaced by the one-way tables of its dimensions; these can always be rounded. Raises
    ``ConsoleError`` for a solver that fails and for a result that breaks a promise: then there is
    no release.
    """

    def attempt(kept: Sequence[RawTable]) -> tuple[PublishedTable, ...]:
        wanted = chosen(tables, kept)
        model = build(wanted, running, secret, period, areas or {})
        solution = solve(model)
        rounded = [(table, published(table, model, solution)) for table in wanted]
        check(rounded, witness(model, solution), areas or {})
        return tuple(PublishedTable(*pair) for pair in rounded)

    try:
        return Protected("rounded", attempt(tables))
    except NoRoundingError:
        kept: list[RawTable] = []
    result = attempt(kept)
    for table in tables:
        try:
            result = attempt([*kept, table])
        except NoRoundingError:
            continue
        kept.append(table)
    return Protected("rounded", result, tuple(table for table in tables if table not in kept))


def chosen(tables: Sequence[RawTable], kept: Sequence[RawTable]) -> list[RawTable]:
    """Return the kept tables, and the others' one-way tables that these do not print anyway."""
    printed = {identity(table, cell) for table in kept for cell in table.cells}
    found = []
    for table in tables:
        for part in [table] if table in kept else one_way(table):
            counted = {identity(part, cell) for cell in part.cells}
            if table in kept or not counted <= printed:
                found.append(part)
                printed |= counted
    return found
