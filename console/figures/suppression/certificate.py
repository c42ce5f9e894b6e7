"""The proof that ships with suppressed tables: whole tables that might be the truth.

It is made from the published tables alone. Nothing here knows a hidden count, so that nothing in
the certificate can give one away: anybody could compute it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console.errors import ConsoleError
from console.figures.published import PublishedTable
from console.figures.suppression.linked import Linked, Pair
from console.figures.suppression.opening import Goal
from console.figures.suppression.programme import NO_BOUND, Answer, Programme, Row, Solver

FORMAT = 1

_NEAR = 1e-6

_FLAT = 1e-4
"""The price of a unit in counts that have no bound, so that none grows without need."""


@dataclass(frozen=True)
class Reading:
    """What a reader knows of the counts, by number: no hidden count is in it.

    ``sums`` and ``ties`` are as in ``Linked``; ``bounds`` are equal for shown counts.
    """

    sums: Sequence[tuple[int, tuple[int, ...]]]
    ties: Sequence[Pair]
    bounds: Sequence[tuple[int, float]]
    goals: tuple[Goal, ...]


def witnesses(reading: Reading, solver: Solver) -> tuple[list[tuple[int, ...]], list[Goal]]:
    """Return whole tables, by number of the count, that reach the goals, and goals out of reach.

    Each is checked to keep every bound, sum and tie before it counts.
    """
    maker = _Maker(reading, solver)
    left = dict.fromkeys(reading.goals)
    stuck: list[Goal] = []
    found: list[tuple[int, ...]] = []
    while left:
        goal = next(iter(left))
        witness = maker.make(goal, left)
        if witness is None:
            stuck.append(goal)
            del left[goal]
            continue
        if not keeps(reading, witness) or witness[goal[0]] != goal[1]:
            raise ConsoleError("the solver's proof of the hidden cells fails; nothing was written")
        found.append(witness)
        left = {g: None for g in left if witness[g[0]] != g[1]}
    return found, stuck


def keeps(reading: Reading, counts: Sequence[int]) -> bool:
    """Say whether whole counts keep every bound, sum and tie that a reader knows."""
    return (
        all(low <= n <= high for n, (low, high) in zip(counts, reading.bounds, strict=True))
        and all(counts[total] == sum(counts[p] for p in parts) for total, parts in reading.sums)
        and all(counts[less] <= counts[more] for less, more in reading.ties)
    )


def certificate(
    tables: Sequence[PublishedTable], found: Sequence[Sequence[int]], linked: Linked
) -> dict[str, object]:
    """Return the content of ``certificate.json``: the hidden cells' values in each witness.

    Hidden cells are in print order, equal ones once. Those of one digit at most are digits of a
    text, ``small``; the others are numbers, ``other``.
    """
    order = {
        linked.number(table.raw, cell): shown
        for table in tables
        for cell, shown in table.published.items()
        if isinstance(shown, str)
    }
    small = [at for at, shown in order.items() if shown.startswith("<")]
    other = [at for at, shown in order.items() if not shown.startswith("<")]
    ruled_out = {
        table.raw.name: [list(cell) for cell, shown in table.published.items() if shown == 0]
        for table in tables
    }
    return {
        "format": FORMAT,
        "structural": {name: cells for name, cells in ruled_out.items() if cells},
        "witnesses": [
            {"small": "".join(str(w[at]) for at in small), "other": [w[at] for at in other]}
            for w in found
        ],
    }


class _Maker:
    """Makes possible truths out of what a reader knows: a linear programme, whole where need be."""

    def __init__(self, reading: Reading, solver: Solver) -> None:
        self.reading, self.solver = reading, solver
        self.numbers = [at for at, (low, high) in enumerate(reading.bounds) if low < high]
        self.columns = {at: n for n, at in enumerate(self.numbers)}
        bounds = [reading.bounds[at] for at in self.numbers]
        rows = [
            self._row([(total, -1), *((part, 1) for part in parts)], exact=True)
            for total, parts in reading.sums
        ]
        rows += [self._row([(b, 1), (a, -1)], exact=False) for a, b in reading.ties]
        rows = list(dict.fromkeys(row for row in rows if row.terms))
        self.ask = solver(Programme(bounds, rows))
        self.programme = Programme(bounds, rows, frozenset(range(len(bounds))))
        self.ask_whole = solver(self.programme)
        self.flat = {
            n: _FLAT for at, n in self.columns.items() if reading.bounds[at][1] == NO_BOUND
        }
        self.fractional = 0

    def _row(self, terms: Iterable[tuple[int, int]], *, exact: bool) -> Row:
        known, unknown = 0, []
        for at, weight in terms:
            if at in self.columns:
                unknown.append((self.columns[at], float(weight)))
            else:
                known += weight * self.reading.bounds[at][0]
        return Row(tuple(unknown), -known, -known if exact else NO_BOUND)

    def make(self, goal: Goal, left: Iterable[Goal]) -> tuple[int, ...] | None:
        """Return a possible truth with the goal, near many of those left; None if there is none."""
        price = dict(self.flat)
        for at, value in left:
            price[self.columns[at]] = 1.0 if value == 0 else -1.0
        number, value = goal
        fixed = {self.columns[number]: (float(value), float(value))}
        answer = self.ask(price, fixed)
        if answer is None:
            return None
        whole = self._whole(answer)
        if whole is None:
            self.fractional += 1
            answer = self.ask_whole(price, fixed)
            whole = None if answer is None else self._whole(answer)
        return whole

    def _whole(self, answer: Answer) -> tuple[int, ...] | None:
        if any(abs(value - round(value)) > _NEAR for value in answer.values):
            return None
        counts = [int(low) for low, _ in self.reading.bounds]
        for at, value in zip(self.numbers, answer.values, strict=True):
            counts[at] = round(value)
        return tuple(counts)
