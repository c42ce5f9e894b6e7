"""The equations behind releases: one unknown per count, however often it is printed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import numpy.typing as npt

from console.figures.attack.layout import Layout
from console.figures.attack.read import Level, Release, Table
from console.figures.tally import TOTAL, Cell

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]

Identity = tuple[str, str, frozenset[tuple[str, str]]]
"""What a cell counts, whichever table prints it: kind of count, of what, codes but totals."""

_ANY = (0.0, np.inf)
"""What is said of a count that nobody published."""

_DATA = frozenset({("kind", "data")})


@dataclass(frozen=True)
class Grid:
    """The unknowns of a table in a span, by the position of their codes; totals come last."""

    span: int
    table: Table
    unknowns: Whole


@dataclass
class System:
    """Unknown counts with bounds, and rows ``least <= sum(weight * unknown) <= most``.

    Rows are in compressed form: entry ``e`` belongs to row ``row[e]``. ``shown`` is what is printed
    of an unknown as a number, else NaN. ``fair_low`` and ``fair_high`` are what the releases of
    shorter periods say of a longer one's unknown by their sums. ``printed`` finds the unknowns of
    a release's table, in the order of its cells.
    """

    low: Floats
    high: Floats
    shown: Floats
    fair_low: Floats
    fair_high: Floats
    row: Whole
    at: Whole
    weight: Floats
    least: Floats
    most: Floats
    grids: list[Grid] = field(default_factory=list)
    together: list[tuple[int, ...]] = field(default_factory=list)
    printed: dict[tuple[int, int], Whole] = field(default_factory=dict)
    levels: dict[int, list[Level]] = field(default_factory=dict)


def identity(table: Table, cell: Cell) -> Identity:
    """Return what the cell counts. The contacts of kind ``data`` are the calls."""
    codes = frozenset(pair for pair in zip(table.dimensions, cell, strict=True) if pair[1] != TOTAL)
    if table.counts == "contacts" and codes == _DATA:
        return "calls", "", frozenset()
    return table.counts, table.of, codes


@dataclass(frozen=True)
class _Summed:
    """A count of a longer period, and those of the shorter ones that it is a sum of.

    They are unknowns as in ``Sum``; not ``complete`` where a shorter period has no such count.
    """

    whole: int
    lows: list[int]
    highs: list[int]
    complete: bool


class _Builder:
    """Collects unknowns and rows while the releases are gone through."""

    def __init__(self, legend: bool) -> None:
        self.legend = legend
        self.numbers: dict[tuple[int, Identity], int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.shown: list[float] = []
        self.stated: dict[int, tuple[float, float]] = {}
        self.blocks: list[tuple[Whole, Floats]] = []
        self.most: list[float] = []
        self.seen: set[bytes] = set()

    def unknown(self, span: int, what: Identity) -> int:
        number = self.numbers.setdefault((span, what), len(self.low))
        if number == len(self.low):
            self.low.append(0.0)
            self.high.append(np.inf)
            self.shown.append(np.nan)
        return number

    def rows(self, parts: Whole, whole: Whole, *, equal: bool = True) -> None:
        """Add rows: each line of ``parts`` sums to its ``whole``, or to at most that."""
        block = np.column_stack((np.sort(parts, axis=1), whole))
        fresh = [line for line in block if self._is_new(line.tobytes())]
        weights = np.ones(block.shape[1])
        weights[-1] = -1.0
        self.blocks.extend((line, weights) for line in fresh)
        self.most.extend([0.0 if equal else -1.0] * len(fresh))

    def _is_new(self, key: bytes) -> bool:
        before = len(self.seen)
        self.seen.add(key)
        return len(self.seen) > before

    def bound(self, number: int, release: Release, shown: int | str) -> None:
        low, high = release.stated(shown, legend=self.legend)
        self.low[number] = max(self.low[number], low)
        self.high[number] = min(self.high[number], np.inf if high is None else high)
        if isinstance(shown, int):
            self.shown[number] = shown
            self.stated[number] = (low, np.inf if high is None else high)


def build(releases: Sequence[Release], layout: Layout, *, legend: bool = True) -> System:
    """Return the system of the releases under a layout.

    Without ``legend`` a hidden cell may be any count.
    """
    made = _Builder(legend)
    grids: list[Grid] = []
    printed: dict[tuple[int, int], Whole] = {}
    axes_of: dict[int, set[tuple[str, str, tuple[str, ...], tuple[tuple[str, ...], ...]]]] = {}
    levels: dict[int, list[Level]] = {}
    for hold in sorted(layout.holdings, key=lambda hold: not hold.printed):
        release = releases[hold.release]
        table = release.tables[hold.table]
        known = axes_of.setdefault(hold.span, set())
        shape = (table.counts, table.of, table.dimensions, table.axes)
        here = levels.setdefault(hold.span, [])
        here.extend(level for level in release.levels if level not in here)
        if not hold.printed and shape in known:
            continue
        known.add(shape)
        grid = _grid(made, hold.span, table)
        grids.append(grid)
        if hold.printed:
            printed[hold.release, hold.table] = _print(made, grid, release)
        else:
            for cell in product(*table.axes):
                if cell not in table.cells:
                    made.high[made.unknown(hold.span, identity(table, cell))] = 0.0
    for span, listed in levels.items():
        _link_levels(made, span, listed)
    return _finish(made, grids, layout, printed, levels, _relate(made, layout))


def _grid(made: _Builder, span: int, table: Table) -> Grid:
    """Number the unknowns of a table and add its sums along every dimension."""
    axes = [(*axis, TOTAL) for axis in table.axes]
    flat = [made.unknown(span, identity(table, cell)) for cell in product(*axes)]
    unknowns = np.array(flat, dtype=np.intp).reshape([len(axis) for axis in axes])
    for along in range(unknowns.ndim):
        if unknowns.shape[along] > 1:
            lines = np.moveaxis(unknowns, along, -1).reshape(-1, unknowns.shape[along])
            made.rows(lines[:, :-1], lines[:, -1])
    return Grid(span, table, unknowns)


def _print(made: _Builder, grid: Grid, release: Release) -> Whole:
    """Bound the unknowns of a table by what is printed, and return them in the table's order."""
    table = grid.table
    places = [{code: at for at, code in enumerate((*axis, TOTAL))} for axis in table.axes]
    found = []
    for cell, shown in table.cells.items():
        where = tuple(place[code] for place, code in zip(places, cell, strict=True))
        number = int(grid.unknowns[where])
        made.bound(number, release, shown)
        found.append(number)
    for cell in product(*table.axes):
        if cell not in table.cells:
            number = made.unknown(grid.span, identity(table, cell))
            made.high[number], made.shown[number] = 0.0, 0.0
    return np.array(found, dtype=np.intp)


def _link_levels(made: _Builder, span: int, levels: Sequence[Level]) -> None:
    """Add: a count of a coarser code is the sum of the counts of its codes."""
    for level in levels:
        members: dict[str, list[str]] = {}
        for code, above in level.codes.items():
            members.setdefault(above, []).append(code)
        for counts, of, codes in [what for at, what in made.numbers if at == span]:
            named = dict(codes)
            if level.coarser not in named or level.dimension in named:
                continue
            rest = codes - {(level.coarser, named[level.coarser])}
            keys = [
                (span, (counts, of, rest | {(level.dimension, code)}))
                for code in members.get(named[level.coarser], ())
            ]
            parts = [made.numbers[key] for key in keys if key in made.numbers]
            if parts:
                whole = made.numbers[span, (counts, of, codes)]
                made.rows(np.array([parts]), np.array([whole]))


def _relate(made: _Builder, layout: Layout) -> list[_Summed]:
    """Add what is known over time; return every count of a longer period with those it sums."""
    by_span: dict[int, list[Identity]] = {}
    for span, what in made.numbers:
        by_span.setdefault(span, []).append(what)
    for growth in layout.growths:
        for what in by_span.get(growth.after, ()):
            if (growth.before, what) in made.numbers:
                before = made.numbers[growth.before, what]
                after = made.numbers[growth.after, what]
                made.rows(np.array([[before]]), np.array([after]), equal=False)
    found: list[_Summed] = []
    for total in layout.sums:
        for what in by_span.get(total.whole, ()):
            whole = made.numbers[total.whole, what]
            lows, highs = (
                [made.numbers[span, what] for span in spans if (span, what) in made.numbers]
                for spans in (total.lows, total.highs)
            )
            complete = len(highs) == len(total.highs)
            if lows:
                equal = complete and total.lows == total.highs
                made.rows(np.array([lows]), np.array([whole]), equal=equal)
            if complete and total.lows != total.highs:
                weights = np.array([-1.0] * len(highs) + [1.0])
                made.blocks.append((np.array([*highs, whole]), weights))
                made.most.append(-1.0)
            found.append(_Summed(whole, lows, highs, complete))
    return found


def _finish(
    made: _Builder,
    grids: list[Grid],
    layout: Layout,
    printed: dict[tuple[int, int], Whole],
    levels: dict[int, list[Level]],
    sums: Sequence[_Summed],
) -> System:
    fair_low, fair_high = np.zeros(len(made.low)), np.full(len(made.low), np.inf)
    for each in sums:
        fair_low[each.whole] = sum(made.stated.get(part, _ANY)[0] for part in each.lows)
        if each.complete:
            fair_high[each.whole] = sum(made.stated.get(part, _ANY)[1] for part in each.highs)
    shown = np.array(made.shown)
    for grid in grids:
        for along in range(grid.unknowns.ndim):
            lines = np.moveaxis(grid.unknowns, along, -1)
            sums_of = shown[lines[..., :-1]].sum(axis=-1)
            shown[lines[..., -1]] = np.where(
                np.isnan(shown[lines[..., -1]]), sums_of, shown[lines[..., -1]]
            )
    lengths = [len(line) for line, _ in made.blocks]
    equal = np.array(made.most) == 0.0
    return System(
        np.array(made.low),
        np.array(made.high),
        _with_remainders(shown, sums),
        fair_low,
        fair_high,
        np.repeat(np.arange(len(lengths), dtype=np.intp), lengths),
        np.concatenate([line for line, _ in made.blocks] or [np.zeros(0, dtype=np.intp)]),
        np.concatenate([weight for _, weight in made.blocks] or [np.zeros(0)]),
        np.where(equal, 0.0, -np.inf),
        np.zeros(len(lengths)),
        grids,
        layout.together,
        printed,
        levels,
    )


def _with_remainders(shown: Floats, sums: Sequence[_Summed]) -> Floats:
    """Return the printed numbers with the rest of a longer period's for what nobody published.

    That is what is left of it without the last vintages of its months, or without the first.
    """
    for last in (True, False):
        filled = shown.copy()
        for each in sums:
            parts = each.highs if last else each.lows
            missing = [part for part in parts if np.isnan(filled[part])]
            if len(missing) == 1:
                printed = sum(filled[part] for part in parts if part != missing[0])
                filled[missing[0]] = filled[each.whole] - printed
        if not np.any(filled < 0):
            break
    return filled
