"""What can be proven of each unknown: its least and its greatest count over all solutions.

Exact for real unknowns, then tightened to whole numbers. Most cells need no linear programme of
their own: plain arithmetic bounds them from outside, and any solution that reaches such a bound
proves that it cannot be improved. One solution does so for many cells at once.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from console.figures.attack.moves import reached
from console.figures.attack.solver import SLACK, ContradictionError, Program
from console.figures.attack.system import Floats, System, Whole
from console.figures.highs import GoOn, regardless

Mask = npt.NDArray[np.bool_]

_ROUNDS = 500
_GROUP_ROUNDS = 400
_FRUITLESS = 4
_KEPT = 4_000_000


@dataclass(frozen=True)
class Bounds:
    """Least and greatest whole count by unknown; infinite is no bound.

    ``printed_is_possible`` says whether the printed numbers, all of them counts, are a solution.
    ``solutions`` are those that were met, by the unknowns of a component; the others are fixed.
    """

    low: Floats
    high: Floats
    printed_is_possible: bool
    solutions: tuple[tuple[Whole, Floats], ...]


def prove(system: System, wanted: Mask, go_on: GoOn = regardless) -> Bounds:
    """Return the tightest bounds of the wanted unknowns, and valid ones of the others.

    Raises ``ContradictionError`` if the equations contradict each other, and what ``go_on`` does,
    which is asked again and again.
    """
    low, high = propagate(system)
    free = high - low > SLACK
    at_low, at_high, possible = reached(system, wanted, low, high, go_on)
    todo = _Todo(wanted & free & ~at_low, wanted & free & ~at_high, low.copy(), high.copy())
    met = [
        (part, _solve(system, part, low, high, todo, go_on))
        for part in _components(system, free)
        if not possible or todo.low[part].any() or todo.high[part].any()
    ]
    return Bounds(
        np.ceil(todo.proven_low - SLACK),
        np.floor(todo.proven_high + SLACK),
        possible,
        tuple(met),
    )


def propagate(system: System) -> tuple[Floats, Floats]:
    """Return bounds that follow row by row: a part is at most its total less the other parts.

    Raises ``ContradictionError`` if they cross.
    """
    low, high = system.low.copy(), system.high.copy()
    row, at, positive = system.row, system.at, system.weight > 0
    rows = len(system.least)
    for _ in range(_ROUNDS):
        if np.any(low > high + SLACK):
            raise ContradictionError
        from_low, from_high = system.weight * low[at], system.weight * high[at]
        smallest = np.where(positive, from_low, from_high)
        greatest = np.where(positive, from_high, from_low)
        up = system.most[row] - _others(smallest, row, rows)
        down = system.least[row] - _others(greatest, row, rows)
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, at, np.where(positive, down, -up))
        np.minimum.at(new_high, at, np.where(positive, up, -down))
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    if np.any(low > high + SLACK):
        raise ContradictionError
    return low, high


def _others(terms: Floats, row: Whole, rows: int) -> Floats:
    """Return for every entry the sum of the other entries of its row, infinite ones included."""
    endless = ~np.isfinite(terms)
    finite = np.where(endless, 0.0, terms)
    sums = np.bincount(row, finite, rows)[row] - finite
    left = np.bincount(row, endless, rows)[row] - endless
    sign = -np.inf if np.any(terms == -np.inf) else np.inf
    return np.where(left > 0, sign, sums)


@dataclass
class _Todo:
    """Which bounds are still to be reached, and the best that is proven."""

    low: Mask
    high: Mask
    proven_low: Floats
    proven_high: Floats


def _components(system: System, free: Mask) -> list[Whole]:
    """Return the sets of free unknowns that rows connect."""
    count = len(system.low)
    label = np.arange(count)
    entry = free[system.at]
    row, at = system.row[entry], system.at[entry]
    while True:
        least = np.full(len(system.least), count)
        np.minimum.at(least, row, label[at])
        after = label.copy()
        np.minimum.at(after, at, least[row])
        if np.array_equal(after, label):
            break
        label = after
    numbers = np.flatnonzero(free)
    order = np.argsort(label[numbers], kind="stable")
    cuts = np.flatnonzero(np.diff(label[numbers][order])) + 1
    return [part for part in np.split(numbers[order], cuts) if part.size]


def _solve(
    system: System, part: Whole, low: Floats, high: Floats, todo: _Todo, go_on: GoOn
) -> Floats:
    """Reach the open bounds of one component, and return solutions that were met on the way.

    A component without open bounds is still solved once: it may contradict itself.
    """
    program = program_of(system, part, low, high, go_on)
    met: list[Floats] = []
    size = len(part)
    open_low, open_high = todo.low[part], todo.high[part]

    def learn(solution: Floats | None) -> int:
        if solution is None:
            return 0
        if len(met) * size < _KEPT:
            met.append(solution)
        before = int(open_low.sum() + open_high.sum())
        np.logical_and(open_low, solution > low[part] + SLACK, out=open_low)
        np.logical_and(open_high, solution < high[part] - SLACK, out=open_high)
        return before - int(open_low.sum() + open_high.sum())

    learn(program.least(np.zeros(size)))
    dice = np.random.default_rng(0)
    bounded = np.isfinite(high[part])
    fruitless = 0
    for _ in range(_GROUP_ROUNDS):
        if fruitless >= _FRUITLESS or not (open_low.any() or open_high.any()):
            break
        upward = np.where(open_low & open_high, dice.random(size) < 0.5, open_high) & bounded
        downward = open_low & ~upward
        costs = dice.random(size) * (downward.astype(float) - upward)
        fruitless = 0 if learn(program.least(costs)) > 2 else fruitless + 1
    for sign, still, proven in (
        (1.0, open_low, todo.proven_low),
        (-1.0, open_high, todo.proven_high),
    ):
        for number in range(size):
            if still[number]:
                costs = np.zeros(size)
                costs[number] = sign
                solution = program.least(costs)
                learn(solution)
                still[number] = False
                proven[part[number]] = -sign * np.inf if solution is None else solution[number]
    return np.array(met)


def program_of(
    system: System, part: Whole, low: Floats, high: Floats, go_on: GoOn = regardless
) -> Program:
    """Return the programme of a component; what is fixed moves into the bounds of its rows."""
    place = np.full(len(low), -1)
    place[part] = np.arange(len(part))
    inside = place[system.at] >= 0
    kept = np.unique(system.row[inside])
    entry = np.isin(system.row, kept)
    outside = entry & ~inside
    fixed = np.bincount(
        system.row[outside],
        system.weight[outside] * low[system.at[outside]],
        len(system.least),
    )[kept]
    return Program(
        low[part],
        high[part],
        np.searchsorted(kept, system.row[inside]),
        place[system.at[inside]],
        system.weight[inside],
        system.least[kept] - fixed,
        system.most[kept] - fixed,
        go_on,
    )
