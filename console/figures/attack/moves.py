"""Solutions without a solver: the printed numbers, and what a few calls more or less make of them.

In mode ``rounded`` the printed numbers are a possible truth. So are those with four calls of one
description more in every cell that counts them, or four fewer where that leaves no cell below its
bound: one such move proves at once how far all these cells can go. Every move is checked against
all rows before it proves anything.
"""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from console.figures.attack.read import Level
from console.figures.attack.system import Floats, Grid, System, Whole
from console.figures.tally import TOTAL

Mask = npt.NDArray[np.bool_]

Call = Mapping[str, str]
"""A code by dimension."""

_DATA = "data"
_TRIES = 6
_MOST_STEPS = 8
_BATCH = 500


def reached(system: System, low: Floats, high: Floats) -> tuple[Mask, Mask, bool]:
    """Return which unknowns are seen to reach ``low``, which ``high``, and if there is a solution.

    Nothing is seen where the printed numbers are no solution themselves.
    """
    shown = system.shown
    none = np.zeros(len(shown), dtype=bool)
    if np.any(np.isnan(shown)) or np.any(shown < low) or np.any(shown > high):
        return none, none, False
    terms = system.weight * shown[system.at]
    sums = np.bincount(system.row, terms, len(system.least)).astype(np.float64)
    if np.any(sums < system.least) or np.any(sums > system.most):
        return none, none, False
    down = _Mover(system, shown - low, -1.0, sums).reached()
    up = _Mover(system, high - shown, 1.0, sums).reached()
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

    def __init__(self, system: System, room: Floats, sign: float, sums: Floats) -> None:
        self.system, self.room, self.sign, self.sums = system, room, sign, sums
        self.open = room > 0
        self.proven: Mask = room == 0
        self.dice = np.random.default_rng(1)
        self.entries = np.argsort(system.at, kind="stable")
        self.starts = np.searchsorted(system.at[self.entries], np.arange(len(room) + 1))

    def reached(self) -> Mask:
        """Return which unknowns some checked move, or none, takes to the end of their room."""
        steps = [step for step in np.unique(self.room[self.open]) if np.isfinite(step)]
        for spans in self.system.together:
            for step in steps[:_MOST_STEPS]:
                for sides in self._sides(spans, self.room >= step):
                    self._cover(sides, float(step))
        return self.proven

    def _sides(self, spans: Sequence[int], enough: Mask) -> list[list[_Side]]:
        """Return the tables of the spans that count the same calls, those to fill first first."""
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
        moves: list[Whole] = []
        for side in sides:
            axes = [(*axis, TOTAL) for axis in side.table.axes]
            flat = side.unknowns.ravel()
            for at in np.flatnonzero(self.open[flat] & (self.room[flat] == step)):
                if not self.open[flat[at]]:
                    continue
                where = np.unravel_index(at, side.unknowns.shape)
                codes = [axis[place] for axis, place in zip(axes, where, strict=True)]
                pairs = zip(side.table.dimensions, codes, strict=True)
                call = {dimension: code for dimension, code in pairs if code != TOTAL}
                if _is_mixed(sides) and not side.contacts:
                    call["kind"] = _DATA
                move = self._move(sides, call)
                if move is not None:
                    self.open[move[self.room[move] == step]] = False
                    moves.append(move)
        for first in range(0, len(moves), _BATCH):
            self._check(moves[first : first + _BATCH], step)

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
        system, rows = self.system, len(self.system.least)
        lengths = [len(move) for move in moves]
        touched = np.concatenate(moves)
        owner = np.repeat(np.arange(len(moves)), lengths)
        counts = self.starts[touched + 1] - self.starts[touched]
        skipped = np.concatenate(([0], np.cumsum(counts)[:-1]))
        within = np.arange(counts.sum()) - np.repeat(skipped, counts)
        entry = self.entries[np.repeat(self.starts[touched], counts) + within]
        key, inverse = np.unique(
            np.repeat(owner, counts) * rows + system.row[entry], return_inverse=True
        )
        row = key % rows
        sums = self.sums[row] + self.sign * step * np.bincount(inverse, system.weight[entry])
        wrong = (sums < system.least[row]) | (sums > system.most[row])
        bad = np.zeros(len(moves), dtype=bool)
        bad[key[wrong] // rows] = True
        bad[owner[self.room[touched] < step]] = True
        good = touched[~bad[owner]]
        self.proven[good[self.room[good] == step]] = True


def _is_mixed(sides: Sequence[_Side]) -> bool:
    """Say whether some of the tables count all contacts, and some only those that are calls."""
    return any(side.contacts for side in sides) and not all(side.contacts for side in sides)
