"""The attack from the seat of somebody who knows more than the files: one row, or her own call."""

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from console.errors import BadUsage
from console.figures.attack.bounds import Mask, program_of, propagate
from console.figures.attack.judge import Flaw, Group, Known, flaws_of, judged
from console.figures.attack.read import Release
from console.figures.attack.solver import SLACK, ContradictionError
from console.figures.attack.system import Floats, System, Whole, build
from console.figures.highs import GoOn
from console.figures.tally import TOTAL, Cell

_MOST_PROGRAMMES = 600
"""How many linear programmes the seats of one component may take together."""


def read_known(path: Path) -> list[Known]:
    """Return what an insider knows from a TOML or JSON file: ``known``, a list of cells.

    Each has ``table``, ``cell`` (code by dimension; the rest are totals) and, if she knows it,
    the true ``count``; ``release`` is optional. Raises ``BadUsage`` for any other file.
    """
    try:
        text = path.read_text("utf-8")
        told: Any = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        entries = told["known"] if isinstance(told, dict) and "known" in told else told
        return [_known(entry) for entry in ([entries] if isinstance(entries, dict) else entries)]
    except OSError as error:
        raise BadUsage(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadUsage(f"{path} does not say what is known; see docs/attack.md") from error


def _known(entry: Any) -> Known:
    count = entry.get("count")
    if count is not None and (not isinstance(count, int) or count < 0):
        raise TypeError
    return Known(
        str(entry["table"]),
        {str(dimension): str(code) for dimension, code in entry["cell"].items()},
        count,
        str(entry.get("release", "")),
    )


def told(
    releases: Sequence[Release],
    names: Sequence[str],
    groups: Sequence[Group],
    known: Sequence[Known],
    go_on: GoOn,
) -> list[frozenset[Flaw]]:
    """Return what is wrong with the cells that this knowledge does not speak of itself.

    Of cells that count the insider's own call, the others' calls are judged. Raises ``BadUsage``
    if no release has such a cell, or if it cannot be true.
    """
    found: list[frozenset[Flaw]] = []
    fitting: set[int] = set()
    for group in groups:
        system = build(releases, group.layout)
        counted: set[int] = set()
        own: set[int] = set()
        for item, each in enumerate(known):
            for unknowns, cell in _cells_of(releases, names, group, each):
                number = unknowns[cell]
                fitting.add(item)
                system.low[number] = max(
                    system.low[number], 1 if each.count is None else each.count
                )
                if each.count is None:
                    own |= _margins(unknowns, cell)
                else:
                    counted.add(number)
                    system.high[number] = min(system.high[number], each.count)
        try:
            proven, flaws = judged(releases, system, group.shown, go_on)
        except ContradictionError as error:
            raise BadUsage("what the insider is said to know contradicts the releases") from error
        for place, flaw in flaws.items():
            number = int(system.printed[place[:2]][place[2]])
            if number in own:
                interval = float(proven.low[number]), float(proven.high[number])
                found.append(_others(releases[place[0]], group.shown[place], interval))
            elif number not in counted:
                found.append(flaw)
    if len(fitting) < len(known):
        raise BadUsage("no release has the table and the cell that the insider is said to know")
    return found


def _cells_of(
    releases: Sequence[Release], names: Sequence[str], group: Group, known: Known
) -> Iterator[tuple[dict[Cell, int], Cell]]:
    """Yield the cells that the knowledge is about, each with the unknowns of its table."""
    for at in group.members:
        for number, table in enumerate(releases[at].tables):
            cell = tuple(known.cell.get(dimension, TOTAL) for dimension in table.dimensions)
            fits = table.name == known.table and set(known.cell) <= set(table.dimensions)
            if fits and known.release in ("", names[at]) and cell in table.cells:
                yield _unknowns(releases, group, (at, number)), cell


def _unknowns(releases: Sequence[Release], group: Group, table: tuple[int, int]) -> dict[Cell, int]:
    cells = releases[table[0]].tables[table[1]].cells
    return dict(zip(cells, map(int, group.system.printed[table]), strict=True))


def _margins(unknowns: Mapping[Cell, int], cell: Cell) -> set[int]:
    """Return the unknowns of the cell and of all totals that count it."""
    above = product(*((code, TOTAL) for code in cell))
    return {unknowns[each] for each in above if each in unknowns}


def _others(release: Release, shown: int | str, proven: tuple[float, float]) -> frozenset[Flaw]:
    """Judge the calls of a cell but the insider's own. That she is there narrows nothing."""
    low, high = proven
    least = release.stated(shown)[0]
    narrowed = flaws_of(release, shown, (least if low == 1 else low, high)) & {"narrowed"}
    return narrowed | (flaws_of(release, shown, (low - 1, high - 1)) - {"narrowed"})


def unasked(
    releases: Sequence[Release], group: Group, go_on: GoOn
) -> tuple[list[frozenset[Flaw]], int]:
    """Return what is wrong with cells if every caller of a hidden cell knows her own call.

    She takes herself out: other cells are judged as they are, those that count her call by the
    others' calls in them. Only what is exact or small is new: to know of one call always narrows.
    Where no cell is hidden, the outsider's flaws are returned: printed multiples of five that are
    a solution are one of all others' calls, too. Also returns for how many cells of large tables
    this was not settled in the work that is allowed.
    """
    numbers = {place: int(group.system.printed[place[:2]][place[2]]) for place in group.shown}
    tables = {
        table: _unknowns(releases, group, table) for table in {place[:2] for place in group.shown}
    }
    cells = {table: list(unknowns) for table, unknowns in tables.items()}
    seats: dict[int, set[int]] = {}
    open_cells: set[int] = set()
    for place, shown in group.shown.items():
        if isinstance(shown, str):
            cell, number = cells[place[:2]][place[2]], numbers[place]
            if not group.flaws[place] - {"narrowed"}:
                open_cells.add(number)
            if TOTAL not in cell and group.proven.low[number] < 1 <= group.proven.high[number]:
                seats.setdefault(number, set()).update(_margins(tables[place[:2]], cell))
    small = max((releases[at].small for at in group.members), default=4)
    proven: dict[int, frozenset[Flaw]] = {}
    unsettled: set[int] = set()
    for part, met in group.proven.solutions:
        room = _Room(group.system, part, met, small, go_on)
        room.judge(seats, open_cells)
        proven |= room.found
        unsettled |= room.unsettled - room.found.keys()
    flaws = [
        found | proven.get(numbers[place], frozenset()) for place, found in group.flaws.items()
    ]
    return flaws, len(unsettled)


class _Room:
    """One component of a system, seen from its seats one after the other."""

    def __init__(self, system: System, part: Whole, met: Floats, small: int, go_on: GoOn) -> None:
        self.part, self.met, self.small = part, met, small
        self.low, self.high = propagate(system)
        self.program = program_of(system, part, self.low, self.high, go_on)
        self.left = _MOST_PROGRAMMES
        self.dice = np.random.default_rng(0)
        self.found: dict[int, frozenset[Flaw]] = {}
        self.unsettled: set[int] = set()

    def judge(self, seats: Mapping[int, set[int]], open_cells: Collection[int]) -> None:
        """Find what somebody in one of the seats proves of the open cells."""
        place = {int(number): at for at, number in enumerate(self.part)}
        for seat, own in seats.items():
            columns = [
                place[each] for each in open_cells if each in place and each not in self.found
            ]
            if not self.left:
                self.unsettled.update(each for each in open_cells if each in place)
                return
            if seat in place and columns:
                hers = np.array([self.part[column] in own for column in columns], dtype=float)
                self.program.bound(place[seat], 1.0, self.high[seat])
                self._sit(place[seat], np.array(columns), hers)
                self.program.bound(place[seat], self.low[seat], self.high[seat])

    def _sit(self, seat: int, columns: Whole, hers: Floats) -> None:
        here = self.met[self.met[:, seat] >= 1 - SLACK][:, columns] - hers
        low, high = here.min(axis=0, initial=np.inf), here.max(axis=0, initial=-np.inf)
        more: list[Floats] = []

        def solve(costs: Floats) -> int:
            self.left -= 1
            before = int(self._suspects(low, high).sum())
            whole = np.zeros(len(self.part))
            whole[columns] = costs
            solution = self.program.least(whole)
            if solution is not None:
                more.append(solution)
                np.minimum(low, solution[columns] - hers, out=low)
                np.maximum(high, solution[columns] - hers, out=high)
            return before - int(self._suspects(low, high).sum())

        for sign in (1.0, -1.0):
            fruitful = True
            while self.left and fruitful and self._suspects(low, high).any():
                weights = self.dice.random(len(columns)) * self._suspects(low, high)
                fruitful = solve(sign * weights) > 2
        for sign in (1.0, -1.0):
            for at in np.flatnonzero(self._suspects(low, high)):
                if self.left and self._suspects(low, high)[at]:
                    solve(sign * (np.arange(len(columns)) == at))
        if more:
            self.met = np.vstack((self.met, *more))
        if self.left:
            for at in np.flatnonzero(self._suspects(low, high)):
                flaws = self._flaws(float(low[at]), float(high[at]))
                self.found[int(self.part[columns[at]])] = flaws

    def _suspects(self, low: Floats, high: Floats) -> Mask:
        """Return which columns no solution has cleared yet."""
        least, most = np.ceil(low - SLACK), np.floor(high + SLACK)
        suspects: Mask = (least >= most) | ((least >= 1) & (most <= self.small))
        return suspects

    def _flaws(self, low: float, high: float) -> frozenset[Flaw]:
        least, most = np.ceil(low - SLACK), np.floor(high + SLACK)
        found: set[Flaw] = set()
        if least >= most:
            found.add("exact")
        if least >= 1 and most <= self.small:
            found.add("proven_small")
        return frozenset(found)
