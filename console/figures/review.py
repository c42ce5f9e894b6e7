"""A month for the eyes of the house: true counts beside published ones, or beside a trial."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from console.figures import counting, ledger, ledger_store, review_store
from console.figures.dimensions import Dimensions
from console.figures.protect import Solver, protect
from console.figures.published import PublishedTable, Shown
from console.figures.reconcile import Label, MonthTotal
from console.figures.solve import minimise
from console.figures.spans import is_month, require_month
from console.figures.tally import TOTAL, Cell, RawTable
from console.language import current
from console.vault import Vault

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Review:
    """The tables of one month with what is shown of them, and the months to compare it with.

    ``label`` speaks the interface's language. ``vintage`` is 0 for a trial: the month is not
    published, and nothing of it is kept. ``late`` of its calls are of an earlier month.
    ``coarser`` names the tables that gave way to one-way tables, in a trial.
    """

    period: str
    vintage: int
    mode: str
    tables: tuple[PublishedTable, ...]
    months: tuple[MonthTotal, ...]
    label: Label
    late: int = 0
    coarser: tuple[str, ...] = ()

    @property
    def trial(self) -> bool:
        """Whether the shown numbers are only tried out."""
        return not self.vintage


def labels(vault: Vault) -> Label:
    """Return what the codes of the figures are called in the interface's language."""
    return partial(Dimensions(vault).label, current())


def months(vault: Vault) -> tuple[MonthTotal, ...]:
    """Return every month with its true calls and its published total, oldest first.

    For a coordinator; raises ``Refused`` for anyone else.
    """
    vault.require("coordinator")
    newest = review_store.newest(vault)
    return tuple(
        MonthTotal(
            line.period,
            line.calls,
            _published_total(vault, line.period, newest[line.period][0])
            if line.period in newest
            else None,
        )
        for line in ledger.periods(vault)
        if is_month(line.period)
    )


def review(
    vault: Vault,
    period: str,
    *,
    progress: Progress | None = None,
    solve: Solver = minimise,
) -> Review:
    """Return a month ``YYYY-MM`` with its true counts beside the published ones.

    A published month has both as they were when it was published. For any other the protection is
    tried out in mode ``rounded``; nothing is written. For a coordinator: raises ``Refused`` for
    anyone else, ``BadUsage`` for what is no month, ``ConsoleError`` if the tables cannot be
    protected.
    """
    vault.require("coordinator")
    require_month(period)
    tell = progress or _silent
    known = months(vault)
    dimensions = Dimensions(vault)
    label = partial(dimensions.label, current())
    late = next((each.late for each in ledger.periods(vault) if each.period == period), 0)
    vintage, published_in = review_store.newest(vault).get(period, (0, ""))
    if vintage:
        tables = tuple(_published(vault, period, vintage))
        return Review(period, vintage, published_in, tables, known, label, late)
    tell("counting", 0.0)
    raw = counting.count(vault, [period], dimensions)
    tell("protecting", 0.3)
    secret = bytes.fromhex(str(vault.setting("release_secret")))
    so_far = ledger_store.running(vault, dimensions.many_valued)
    tried = protect(raw, so_far, secret, period, solve, dimensions.levels())
    tell("done", 1.0)
    return Review(period, 0, tried.mode, tried.tables, known, label, late, tried.coarser)


def _published(vault: Vault, period: str, vintage: int) -> Iterator[PublishedTable]:
    true = review_store.true(vault, period, vintage)
    for described in _described(vault, period, vintage):
        name = described["name"]
        shown = dict(_read(review_store.file(vault, period, vintage, described["file"])))
        raw = RawTable(
            name,
            tuple(described["dimensions"]),
            described["counts"],
            {cell: true[name, cell] for cell in shown},
            described.get("of", ""),
        )
        yield PublishedTable(raw, shown)


def _published_total(vault: Vault, period: str, vintage: int) -> int | None:
    """Return how many calls were published of a month; None where that is hidden."""
    for described in _described(vault, period, vintage):
        if described["counts"] == "calls":
            for cell, count in _read(review_store.file(vault, period, vintage, described["file"])):
                if set(cell) == {TOTAL}:
                    return count if isinstance(count, int) else None
    return None


def _described(vault: Vault, period: str, vintage: int) -> list[dict[str, Any]]:
    content = review_store.file(vault, period, vintage, "release.json")
    tables: list[dict[str, Any]] = json.loads(content)["tables"]
    return tables


def _read(table: str) -> Iterator[tuple[Cell, Shown]]:
    """Yield the cells of a published table; the apostrophe before a formula's sign is no code's."""
    rows = csv.reader(table.splitlines())
    next(rows)
    for _, *codes, count in rows:
        yield (
            tuple(code.removeprefix("'") for code in codes),
            int(count) if count.isdecimal() else count.removeprefix("'"),
        )


def _silent(_step: str, _share: float) -> None:
    """Tell nobody."""
