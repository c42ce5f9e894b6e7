"""Solutions at hand: the printed numbers, and what a few calls more or less make of them.

In mode ``rounded`` the printed numbers are a possible truth. So are those with four calls of one
description more in every cell that counts them, or four fewer where that leaves no cell below its
bound: one such move proves at once how far all these cells can go. Every move is checked against
all rows before it proves anything. Cells that no single move takes to their bound are tried with a
few moves at once, each as far as a small linear programme says.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from console.figures.attack.read import Level
from console.figures.attack.solver import SLACK, Program
from console.figures.attack.system import Floats, Grid, System, Whole
from console.figures.highs import GoOn, regardless
from console.figures.tally import TOTAL

Mask = npt.NDArray[np.bool_]

Call = Mapping[str, str]
"""A code by dimension."""

_DATA = "data"
_TRIES = 6
_MOST_STEPS = 8
_BATCH = 500
_MIXED = (12, 60, 300)
_FRUITLESS = 4


def reached(
    system: System, wanted: Mask, low: Floats, high: Floats, go_on: GoOn = regardless
) -> tuple[Mask, Mask, bool]:
    """Return which unknowns are seen to reach ``low``, which ``high``, and if there is a solution.

    Moves are made for the wanted unknowns. Nothing is seen where the printed numbers are no
    solution themselves.
    """
    shown = system.shown
    none = np.zeros(len(shown), dtype=bool)
    if np.any(np.isnan(shown)) or np.any(shown < low) or np.any(shown > high):
        return none, none, False
    terms = system.weight * shown[system.at]
    sums = np.bincount(system.row, terms, len(system.least)).astype(np.float64)
    if np.any(sums < system.least) or np.any(sums > system.most):
        return none, none, False
    down = _Mover(system, wanted, shown - low, -1.0, sums, go_on).reached()
    up = _Mover(system, wanted, high - shown, 1.0, sums, go_on).reached()
    return down, up, True


class _Side:
    """One table of a set of spans, and where a call can be put in it."""

    def __init__(self, grid: Grid, levels: Sequence[Level], enough: Mask) -> None:
        self.table, self.unknowns = grid.table, grid.unknowns
        self.contacts = grid.table.counts == "contacts"
        self.levels = [each for each in levels if each.dimension in grid.table.dimensions]
        self.places = [{code: at for at, code in enumerate(axis)} for axis in grid.table.axes]
        self.leaves = self.unknowns[tuple(slice(len(axis)) for axis in grid.table.axes)]
        ends = [
            self.unknowns[tuple(slice(-1, None) if total else slice(-1) for total in margin)]
            for margin in product((False, True), repeat=self.unknowns.ndim)
        ]
        counting = np.stack([np.broadcast_to(each, self.leaves.shape) for each in ends], axis=-1)
        self.possible: Mask = np.logical_and.reduce(enough[counting], axis=-1)
        # By cell, the unknowns that count a call in it: its own and all totals'.
        self.touched: list[list[int]] = counting.reshape(-1, len(ends)).tolist()
        self.numbered = np.arange(self.leaves.size).reshape(self.leaves.shape)
        self.codes = list(product(*grid.table.axes))
        self.known_choices: dict[tuple[str | None, ...], tuple[Whole, Whole]] = {}

    def choices(self, call: Call) -> tuple[Whole, Whole]:
        """Return the cells, by number, in which a call that agrees may be put; their unknowns."""
        bound_by = (*self.table.dimensions, *(level.coarser for level in self.levels))
        key = tuple(call.get(dimension) for dimension in bound_by)
        if key not in self.known_choices:
            lines = []
            for dimension, place in zip(self.table.dimensions, self.places, strict=True):
                codes = [call[dimension]] if dimension in call else list(place)
                for level in self.levels:
                    if level.dimension == dimension and level.coarser in call:
                        above = call[level.coarser]
                        codes = [code for code in codes if level.codes.get(code) == above]
                at = [place[code] for code in codes if code in place]
                lines.append(np.array(at, dtype=np.intp))
            within = np.ix_(*lines)
            cells = self.numbered[within][self.possible[within]]
            self.known_choices[key] = cells, self.leaves.ravel()[cells]
        return self.known_choices[key]


class _Mover:
    """Moves in one direction, until no more unknowns can be taken to the end of their room."""

    def __init__(
        self,
        system: System,
        wanted: Mask,
        room: Floats,
        sign: float,
        sums: Floats,
        go_on: GoOn,
    ) -> None:
        self.system, self.room, self.sign, self.sums = system, room, sign, sums
        self.go_on = go_on
        self.wanted = wanted & np.isfinite(room)
        self.proven: Mask = room == 0
        self.open = self.wanted & ~self.proven
        self.dice = np.random.default_rng(1)
        self.span_of = np.zeros(len(room), dtype=np.intp)
        for grid in system.grids:
            self.span_of[grid.unknowns] = grid.span
        here = self.span_of[system.at]
        first = here[np.searchsorted(system.row, np.arange(len(system.least)))]
        self.over_time = np.bincount(system.row, here != first[system.row], len(first)) > 0
        self.known_sides: dict[tuple[tuple[int, ...], float], list[list[_Side]]] = {}
        self.entries = np.argsort(system.at, kind="stable")
        self.starts = np.searchsorted(system.at[self.entries], np.arange(len(room) + 1))

    def reached(self) -> Mask:
        """Return which unknowns some checked move, or none, takes to the end of their room."""
        rooms, cells = np.unique(self.room[self.open], return_counts=True)
        steps = rooms[np.argsort(-cells, kind="stable")[:_MOST_STEPS]].tolist()
        for spans in self.system.together:
            for step in steps:
                for sides in self._sides(spans, step):
                    self.go_on()
                    self._cover(sides, step)
        fruitless = 0
        self.open[:] = False
        for number in np.flatnonzero(self.wanted & ~self.proven):
            self.go_on()
            if fruitless < _FRUITLESS and not self.proven[number]:
                any(self._reach(int(number), tries) for tries in _MIXED)
                fruitless = 0 if self.proven[number] else fruitless + 1
        return self.proven

    def _reach(self, number: int, tries: int) -> bool:
        """Say whether some of so many moves together take one unknown to the end of its room.

        A count of a longer period goes there with counts of more than one of its parts, and a
        total with calls of more than one description. How far each move goes is a programme with
        as many unknowns as there are moves.
        """
        tried = [
            self._move(sides, start)
            for spans in self.system.together
            for sides in self._sides(spans, 1.0)
            for start in self._starts(sides, number)
            for _ in range(tries)
        ]
        moves = list({move.tobytes(): move for move in tried if move is not None}.values())
        if not moves:
            return False
        lengths = [len(move) for move in moves]
        touched, place = np.unique(np.concatenate(moves), return_inverse=True)
        owner = np.repeat(np.arange(len(moves)), lengths)
        row, key, weight = self._in_rows(moves)
        rows, numbered = np.unique(row, return_inverse=True)
        order = np.argsort(np.concatenate((place, numbered + len(touched))), kind="stable")
        program = Program(
            np.zeros(len(moves)),
            np.full(len(moves), np.inf),
            np.concatenate((place, numbered + len(touched)))[order],
            np.concatenate((owner, key))[order],
            np.concatenate((np.ones(len(owner)), self.sign * weight))[order],
            np.concatenate((np.zeros(len(touched)), self.system.least[rows] - self.sums[rows])),
            np.concatenate((self.room[touched], self.system.most[rows] - self.sums[rows])),
            self.go_on,
        )
        far = program.least(np.array([-1.0 if number in move else 0.0 for move in moves]))
        if far is not None:
            gone = np.bincount(place, far[owner], len(touched))
            self.proven[touched[gone > self.room[touched] - SLACK]] = True
        return bool(self.proven[number])

    def _starts(self, sides: Sequence[_Side], number: int) -> Iterator[Call]:
        """Yield what a call is that an unknown of one of the tables counts, if any does."""
        for side in sides:
            for at in np.flatnonzero(side.unknowns.ravel() == number)[:1]:
                yield self._call(sides, side, int(at))
                return

    def _sides(self, spans: tuple[int, ...], step: float) -> list[list[_Side]]:
        """Return the tables of the spans that count the same calls, those to fill first first."""
        if (spans, step) not in self.known_sides:
            self.known_sides[spans, step] = self._sorted(spans, self._enough(spans, step))
        return self.known_sides[spans, step]

    def _enough(self, spans: Sequence[int], step: float) -> Mask:
        """Return which unknowns can go so far in these spans alone, by the rows over time."""
        system = self.system
        inside = np.isin(self.span_of, spans)[system.at]
        net = self.sign * np.bincount(system.row, system.weight * inside, len(system.least))
        slack = np.where(net > 0, system.most - self.sums, self.sums - system.least)
        tight = self.over_time & (np.abs(net) * step > slack)
        enough = self.room >= step
        enough[system.at[tight[system.row] & inside]] = False
        return enough

    def _sorted(self, spans: Sequence[int], enough: Mask) -> list[list[_Side]]:
        groups: dict[tuple[str, str], list[_Side]] = {}
        for grid in self.system.grids:
            if grid.span in spans:
                levels = self.system.levels.get(grid.span, [])
                key = (grid.table.counts, grid.table.of)
                groups.setdefault(key, []).append(_Side(grid, levels, enough))
        contacts = groups.get(("contacts", ""), [])
        if ("calls", "") in groups and any("kind" in side.table.dimensions for side in contacts):
            groups["calls", ""] += groups.pop(("contacts", ""))
        for sides in groups.values():
            sides.sort(key=lambda side: (side.contacts, bool(side.levels), side.leaves.ndim))
            sides.reverse()
        return [
            sides
            for sides in groups.values()
            if all(side.possible.any() for side in sides if side.contacts or not _is_mixed(sides))
        ]

    def _cover(self, sides: Sequence[_Side], step: float) -> None:
        self.open = self.wanted & ~self.proven
        moves: list[Whole] = []
        for side in sides:
            flat = side.unknowns.ravel()
            for at in np.flatnonzero(self.open[flat] & (self.room[flat] == step)):
                if not self.open[flat[at]]:
                    continue
                move = self._move(sides, self._call(sides, side, int(at)))
                if move is not None:
                    self.open[move[self.room[move] == step]] = False
                    moves.append(move)
        for first in range(0, len(moves), _BATCH):
            self._check(moves[first : first + _BATCH], step)

    def _call(self, sides: Sequence[_Side], side: _Side, at: int) -> dict[str, str]:
        """Return what is known of a call that one unknown of a table counts, by its place."""
        where = np.unravel_index(at, side.unknowns.shape)
        codes = ((*axis, TOTAL)[place] for axis, place in zip(side.table.axes, where, strict=True))
        pairs = zip(side.table.dimensions, codes, strict=True)
        call = {dimension: code for dimension, code in pairs if code != TOTAL}
        if _is_mixed(sides) and not side.contacts:
            call["kind"] = _DATA
        return call

    def _move(self, sides: Sequence[_Side], start: Call) -> Whole | None:
        """Return the unknowns that count some call that agrees with ``start``, or ``None``."""
        mixed = _is_mixed(sides)
        for trial in range(_TRIES):
            call = dict(start)
            touched: set[int] = set()
            for side in sides:
                if mixed and not side.contacts and call.get("kind", _DATA) != _DATA:
                    continue
                cells, unknowns = side.choices(call)
                if not cells.size:
                    break
                fresh = cells[:0] if trial else cells[self.open[unknowns]]
                choices = fresh if fresh.size else cells
                cell = int(choices[0 if fresh.size else self.dice.integers(cells.size)])
                call.update(zip(side.table.dimensions, side.codes[cell], strict=True))
                for level in side.levels:
                    call.setdefault(level.coarser, level.codes.get(call[level.dimension], ""))
                touched.update(side.touched[cell])
            else:
                return np.array(sorted(touched), dtype=np.intp)
        return None

    def _check(self, moves: Sequence[Whole], step: float) -> None:
        """Mark what the moves reach, of those that leave every row as it must be."""
        touched = np.concatenate(moves)
        owner = np.repeat(np.arange(len(moves)), [len(move) for move in moves])
        row, move, weight = self._in_rows(moves)
        sums = self.sums[row] + self.sign * step * weight
        wrong = (sums < self.system.least[row]) | (sums > self.system.most[row])
        bad = np.zeros(len(moves), dtype=bool)
        bad[move[wrong]] = True
        bad[owner[self.room[touched] < step]] = True
        good = touched[~bad[owner]]
        self.proven[good[self.room[good] == step]] = True

    def _in_rows(self, moves: Sequence[Whole]) -> tuple[Whole, Whole, Floats]:
        """Return which row changes with which of the moves, and by what for each call."""
        touched = np.concatenate(moves)
        owner = np.repeat(np.arange(len(moves)), [len(move) for move in moves])
        rows = len(self.system.least)
        counts = self.starts[touched + 1] - self.starts[touched]
        skipped = np.concatenate(([0], np.cumsum(counts)[:-1]))
        within = np.arange(counts.sum()) - np.repeat(skipped, counts)
        entry = self.entries[np.repeat(self.starts[touched], counts) + within]
        key, inverse = np.unique(
            np.repeat(owner, counts) * rows + self.system.row[entry], return_inverse=True
        )
        weight = np.bincount(inverse, self.system.weight[entry], len(key))
        changed = weight != 0
        return key[changed] % rows, key[changed] // rows, weight[changed]


def _is_mixed(sides: Sequence[_Side]) -> bool:
    """Say whether some of the tables count all contacts, and some only those that are calls."""
    return any(side.contacts for side in sides) and not all(side.contacts for side in sides)
