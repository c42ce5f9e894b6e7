"""Which counts to hide besides the small ones: few, and cheap ones, such that all small are safe.

Every small count must be able to be 0, and to be one below the threshold, while shown counts stand,
sums add up and hidden counts keep their labels. The problem is stated by Fischetti and
Salazar-González (2001). The search is the incremental linear programmes of Kelly, Golden and Assad
(1992); then counts that need not be hidden are shown again; and for small tables an integer
programme over a growing set of goals proves the least cost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isqrt

from console.errors import ConsoleError
from console.figures.suppression.linked import Linked
from console.figures.suppression.programme import NO_BOUND, Answer, Programme, Row, Solver

Goal = tuple[int, int]
"""A hidden count, by number, and a value that it must be able to have."""

_NEAR = 1e-6

_ALSO = 1e-3
"""What one step towards one more goal is worth at first; hiding costs 2 or more a step."""

_IMPATIENCE = 16
"""After how many questions a step towards one more goal is worth twice as much, up to 1."""

_FURTHEST = 8
"""How far the proof of the least cost moves a count at most."""

_PROVABLE = 1_000
"""Up to how many goals times counts the least cost is proven."""

_ROUNDS = 40
"""After how many rounds of new goals the proof is given up."""

_WORK = 400_000
"""How many goals may be looked at while showing counts again, over all questions."""


class CannotHideError(ConsoleError):
    """A small count cannot be hidden, whatever else is; coarser tables may do.

    ``number`` is that of the count, None where there are too many small counts.
    """

    def __init__(self, number: int | None) -> None:
        super().__init__("a small count cannot be hidden in these tables; nothing was written")
        self.number = number


@dataclass(frozen=True)
class Task:
    """What is to be hidden: the bounds of each count as its label has them, and the goals.

    Counts in ``optional`` may be shown or hidden, those in ``shown`` are shown, all others hidden.
    """

    linked: Linked
    bounds: Sequence[tuple[int, float]]
    optional: frozenset[int]
    shown: frozenset[int]
    goals: tuple[Goal, ...]


def cost(count: int) -> int:
    """Return what hiding a count costs: its square root, rounded down, so that totals are dear."""
    return isqrt(count)


def choose(task: Task, solver: Solver) -> tuple[frozenset[int], bool]:
    """Return the optional counts to hide, and whether their cost is proven to be the least.

    Raises ``CannotHideError`` if no choice makes every goal possible.
    """
    found = _Search(task, solver)
    found.hide(task.goals)
    found.show_again()
    if len(task.goals) * len(task.linked.counts) <= _PROVABLE:
        least = _cheapest(task, solver, sum(cost(task.linked.counts[at]) for at in found.hidden))
        if least is not None:
            return least, True
    return frozenset(found.hidden), False


def hide_more(
    task: Task, hidden: Iterable[int], goals: Iterable[Goal], solver: Solver
) -> frozenset[int]:
    """Return the hidden counts and those that whole numbers need besides to reach the goals.

    Raises ``CannotHideError`` if no choice makes every goal possible.
    """
    search = _Search(task, solver, whole=True)
    search.hidden.update(hidden)
    search.hide(goals)
    return frozenset(search.hidden)


class _Moves:
    """The columns of one possible truth, as moves from the true counts, and their rows."""

    def __init__(self, task: Task, first: int = 0, furthest: float = NO_BOUND) -> None:
        counts = task.linked.counts
        self.up = {at: first + n for n, at in enumerate(range(len(counts)))}
        self.down = {at: first + len(counts) + n for n, at in enumerate(sorted(task.optional))}
        self.bounds: list[tuple[float, float]] = []
        for at, (low, high) in enumerate(task.bounds):
            if at in task.shown:
                self.bounds.append((0, 0))
            elif at in task.optional:
                self.bounds.append((0, min(furthest, high - counts[at])))
            else:
                self.bounds.append((low - counts[at], high - counts[at]))
        for at in self.down:
            self.bounds.append((0, min(furthest, counts[at] - task.bounds[at][0])))
        self.rows = [
            Row(
                (*self._terms(total, -1), *(t for part in parts for t in self._terms(part, 1))),
                0,
                0,
            )
            for total, parts in task.linked.sums
        ]
        for less, more in task.linked.ties():
            room = counts[more] - counts[less]
            self.rows.append(Row((*self._terms(more, 1), *self._terms(less, -1)), -room, NO_BOUND))

    def _terms(self, at: int, weight: float) -> list[tuple[int, float]]:
        up = [(self.up[at], weight)]
        return [*up, (self.down[at], -weight)] if at in self.down else up


class _Search:
    """Questions to one programme: moves from the true counts that reach goals at little cost."""

    def __init__(self, task: Task, solver: Solver, *, whole: bool = False) -> None:
        self.task, self.hidden = task, set[int]()
        self.moves = _Moves(task)
        columns = len(self.moves.bounds)
        self.ask = solver(
            Programme(
                self.moves.bounds,
                self.moves.rows,
                frozenset(range(columns)) if whole else frozenset(),
            )
        )
        self.seen: list[tuple[frozenset[int], frozenset[Goal]]] = []

    def hide(self, goals: Iterable[Goal]) -> None:
        """Hide what reaching the goals needs."""
        left = dict.fromkeys(goals)
        worth = _ALSO
        while left:
            goal = next(iter(left))
            reached = self._reach(goal, left, {}, worth)
            worth = min(1.0, worth * 2 ** (1 / _IMPATIENCE))
            if reached is None:
                raise CannotHideError(goal[0])
            self.hidden |= self.seen[-1][0]
            for other in reached:
                left.pop(other, None)

    def show_again(self) -> None:
        """Show every count again, dear ones first, that no goal needs hidden."""
        looked_at = 0
        counts = self.task.linked.counts
        for at in sorted(self.hidden, key=lambda at: (-counts[at], at)):
            left = dict.fromkeys(self.task.goals)
            before = list(self.seen)
            for moved, reached in self.seen:
                if at not in moved:
                    for goal in reached:
                        left.pop(goal, None)
            still = {
                column: (0.0, 0.0)
                for other in self.task.optional
                if other == at or other not in self.hidden
                for column in (self.moves.up[other], self.moves.down[other])
            }
            while left:
                looked_at += len(self.task.goals)
                if looked_at > _WORK:
                    self.seen = before
                    return
                reached_now = self._reach(next(iter(left)), left, still)
                if reached_now is None:
                    break
                for goal in reached_now:
                    left.pop(goal, None)
            if left:
                continue
            self.hidden.discard(at)
            self.seen = [pair for pair in self.seen if at not in pair[0]]

    def possible(self, goal: Goal, hidden: frozenset[int]) -> bool:
        """Say whether a goal can be reached with these counts hidden."""
        still = {
            column: (0.0, 0.0)
            for other in self.task.optional - hidden
            for column in (self.moves.up[other], self.moves.down[other])
        }
        return self._reach(goal, {}, still) is not None

    def _reach(
        self,
        goal: Goal,
        left: Iterable[Goal],
        still: dict[int, tuple[float, float]],
        worth: float = _ALSO,
    ) -> frozenset[Goal] | None:
        counts, moves = self.task.linked.counts, self.moves
        price: dict[int, float] = {}
        for at in self.task.optional:
            each = cost(counts[at]) * (_ALSO if at in self.hidden else 1)
            price[moves.up[at]] = price[moves.down[at]] = each
        for at, value in left:
            price[moves.up[at]] = worth if value == 0 else -worth
        number, value = goal
        move = value - counts[number]
        answer = self.ask(price, {**still, moves.up[number]: (move, move)})
        if answer is None:
            return None
        reached = frozenset(
            (at, value)
            for at, value in self.task.goals
            if abs(counts[at] + answer.values[moves.up[at]] - value) < _NEAR
        )
        if goal not in reached:
            raise ConsoleError("the solver's answer is none; nothing was written")
        self.seen.append((self._moved(answer), reached))
        return reached

    def _moved(self, answer: Answer) -> frozenset[int]:
        up, down = self.moves.up, self.moves.down
        return frozenset(
            at
            for at in self.task.optional
            if answer.values[up[at]] + answer.values[down[at]] > _NEAR
        )


def _cheapest(task: Task, solver: Solver, most: int) -> frozenset[int] | None:
    """Return the cheapest choice, which costs ``most`` or less, or None if the proof is given up.

    The goals that take part are those that a cheaper choice was seen to miss.
    """
    search = _Search(task, solver, whole=True)
    counts = task.linked.counts
    choice = {at: n for n, at in enumerate(sorted(task.optional))}
    price: dict[int, float] = {at: cost(counts[number]) for number, at in choice.items()}
    bounds: list[tuple[float, float]] = [(0.0, 1.0)] * len(choice)
    rows = [Row(tuple(price.items()), 0, most)]
    missed: list[Goal] = list(task.goals[:1])
    hidden: frozenset[int] = frozenset()
    for _ in range(_ROUNDS):
        for number, value in missed:
            moves = _Moves(task, len(bounds), _FURTHEST)
            of_goal = list(moves.bounds)
            move = value - counts[number]
            of_goal[moves.up[number] - len(bounds)] = (move, move)
            rows += moves.rows
            for at, column in [*moves.up.items(), *moves.down.items()]:
                if at in choice:
                    furthest = moves.bounds[column - len(bounds)][1]
                    rows.append(Row(((column, 1), (choice[at], -furthest)), -NO_BOUND, 0))
            bounds += of_goal
        answer = solver(Programme(bounds, rows, frozenset(range(len(bounds)))))(price, {})
        if answer is None or not answer.proven:
            return None
        hidden = frozenset(at for at, n in choice.items() if answer.values[n] > 0.5)
        missed = [goal for goal in task.goals if not search.possible(goal, hidden)][:3]
        if not missed:
            return hidden
    return None
