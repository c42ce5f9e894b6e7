"""Mode ``suppressed``: shown counts are exact, small ones are hidden, and a certificate proves it.

Counts below the threshold are primary, zeros as well. What must be hidden besides is chosen by
``opening``; that every small count could be 0 or the greatest small one is shown by ``certificate``
from the published tables alone, and confirmed by ``audit``, which shares no rule with either.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import resources

from console.errors import Refused
from console.figures.protect import chosen
from console.figures.published import Protected, PublishedTable, Shown
from console.figures.suppression.audit import audit
from console.figures.suppression.certificate import Reading, certificate, witnesses
from console.figures.suppression.linked import Linked, link
from console.figures.suppression.opening import CannotHideError, Goal, Task, choose, hide_more
from console.figures.suppression.programme import NO_BOUND, Solver, prepare
from console.figures.tables import acyclic, edges
from console.figures.tally import Cell, RawTable

THRESHOLD = 5

OTHER, ANY = "x", "*"

Structural = Callable[[RawTable, Cell], bool]
"""Says whether the code list itself rules a cell out: it is 0 for ever, and shown as 0."""

SCRIPT = resources.files("console.figures.suppression").joinpath("check_release.py").read_bytes()
"""``check_release.py``, which goes into every release folder of this mode."""

_MOST_GOALS = 8_000
"""How many values small counts may have to reach, two each: beyond, tables give way."""

_WORTH, _MANY = 10, 100
"""A crossed table with many cells, of which fewer than one in ten could be shown, gives way."""

_REPAIRS = 4
"""How often more is hidden where whole numbers do not reach what fractions do."""


def hidden_labels(threshold: int = THRESHOLD) -> dict[str, tuple[int, int | None]]:
    """Return the labels of hidden cells with the least and the greatest count that each admits.

    ``<5`` is a small count, ``x`` a greater one hidden beside it. ``*`` may be either: it stands
    where the labels around it leave no safe choice of the other two.
    """
    return {f"<{threshold}": (0, threshold - 1), OTHER: (threshold, None), ANY: (0, None)}


def _none(_table: RawTable, _cell: Cell) -> bool:
    return False


def suppress(
    tables: Sequence[RawTable],
    solve: Solver = prepare,
    *,
    threshold: int = THRESHOLD,
    structural: Structural = _none,
    areas: Mapping[str, str] | None = None,
) -> Protected:
    """Hide what must be hidden in all tables jointly, and prove it.

    ``areas`` gives the area that each region lies in. A table of more than one dimension gives way
    to one-way tables where hardly a count of many is large enough to be shown. Where a small count
    cannot be hidden, the last such table that prints it gives way, as the last ones do where there
    are too many small counts. Raises ``Refused`` if one-way tables are not safe
    either, and ``ConsoleError`` for a solver that fails and for an audit that does not pass: then
    there is no release.
    """
    kept: list[RawTable] = []
    for table in tables:
        if _worth_crossing(table, threshold) and acyclic(edges(chosen(tables, [*kept, table]))):
            kept.append(table)
    while True:
        linked = link(chosen(tables, kept), areas or {})
        try:
            published, proof = _attempt(linked, solve, threshold, structural)
        except CannotHideError as error:
            kept.remove(_giving_way(linked, kept, error.number))
            continue
        audit(published, proof, hidden_labels(threshold), areas or {})
        gave_way = tuple(table for table in tables if table not in kept)
        return Protected("suppressed", published, gave_way, proof)


def _worth_crossing(table: RawTable, threshold: int) -> bool:
    large = sum(count >= threshold for count in table.cells.values())
    few = len(table.dimensions) == 1 or len(table.cells) <= _MANY
    return few or large * _WORTH >= len(table.cells)


def _attempt(
    linked: Linked, solve: Solver, threshold: int, structural: Structural
) -> tuple[tuple[PublishedTable, ...], dict[str, object]]:
    empty = _ruled_out(linked, structural)
    labels = _labels(linked, threshold, empty)
    reach = hidden_labels(threshold)
    bounds = [_bounds(reach[label]) for label in labels]
    goals = tuple(
        (at, value)
        for at, label in enumerate(labels)
        if label != OTHER and at not in empty
        for value in (0, threshold - 1)
    )
    crossed = any(len(table.dimensions) > 1 for table in linked.tables)
    if len(goals) > _MOST_GOALS and crossed:
        raise CannotHideError(None)
    optional = frozenset(at for at, label in enumerate(labels) if label == OTHER)
    task = Task(linked, bounds, optional, empty, goals)
    hidden, _ = choose(task, solve)
    for _ in range(_REPAIRS):
        shown: list[Shown] = [
            count if at in empty or (at in optional and at not in hidden) else labels[at]
            for at, count in enumerate(linked.counts)
        ]
        found, stuck = witnesses(_reading(linked, shown, goals, reach), solve)
        if not stuck:
            return _published(linked, shown), certificate(_published(linked, shown), found, linked)
        hidden = hide_more(task, hidden, stuck, solve)
    raise CannotHideError(stuck[0][0])


def _ruled_out(linked: Linked, structural: Structural) -> frozenset[int]:
    """Return the counts that the code list rules out, their mentions, and totals of only such."""
    empty = {
        linked.number(table, cell)
        for table in linked.tables
        for cell in table.cells
        if structural(table, cell)
    }
    if any(linked.counts[at] for at in empty):
        raise Refused("a cell that the code list rules out has calls; mend the code list")
    while True:
        more = {total for total, parts in linked.sums if empty.issuperset(parts)}
        more |= {mentions for mentions, calls in linked.within if calls in empty}
        more -= empty
        if not more:
            return frozenset(empty)
        empty |= more


def _labels(linked: Linked, threshold: int, empty: frozenset[int]) -> list[str]:
    """Return the label of each count if it is hidden.

    Whether a label is ``*`` follows from other labels alone, so that it says nothing of its count:
    a total of two small counts, which no other label allows to be any small ones; mentions of calls
    that may be none; and the parts of such a total in other sums, which must be able to be none.
    """
    small = f"<{threshold}"
    labels = [small if count < threshold else OTHER for count in linked.counts]
    few = {
        (total, parts)
        for total, parts in linked.sums
        if _too_few(labels, [part for part in parts if part not in empty], threshold)
    }
    little = {mentions for mentions, calls in linked.within if labels[calls] == small}
    found = {total for total, _ in few}
    found |= {mentions for calls, mentions in linked.covers if labels[calls] == small}
    while found:
        for at in found:
            labels[at] = ANY
        found = {mentions for mentions, calls in linked.within if labels[calls] == ANY}
        found |= {mentions for calls, mentions in linked.covers if labels[calls] != OTHER}
        for total, parts in linked.sums:
            if labels[total] == ANY and (total, parts) not in few and not little.issuperset(parts):
                found.update(parts)
        found = {at for at in found if labels[at] != ANY} - empty
    return labels


def _too_few(labels: Sequence[str], parts: Sequence[int], threshold: int) -> bool:
    """Say whether parts are small and so few that a total of 5 or more bounds one from below."""
    small = all(labels[part] == f"<{threshold}" for part in parts)
    return small and len(parts) > 1 and (len(parts) - 1) * (threshold - 1) < threshold


def _bounds(admits: tuple[int, int | None]) -> tuple[int, float]:
    low, high = admits
    return low, NO_BOUND if high is None else high


def _reading(
    linked: Linked,
    shown: Sequence[Shown],
    goals: tuple[Goal, ...],
    reach: Mapping[str, tuple[int, int | None]],
) -> Reading:
    """Return what the published tables tell: from here on no hidden count is known."""
    return Reading(
        linked.sums,
        linked.ties(),
        tuple((n, n) if isinstance(n, int) else _bounds(reach[n]) for n in shown),
        goals,
    )


def _published(linked: Linked, shown: Sequence[Shown]) -> tuple[PublishedTable, ...]:
    return tuple(
        PublishedTable(table, {cell: shown[linked.number(table, cell)] for cell in table.cells})
        for table in linked.tables
    )


def _giving_way(linked: Linked, kept: Sequence[RawTable], number: int | None) -> RawTable:
    """Return the table that is made coarser: the last that prints the count, else the last."""
    crossed = [table for table in kept if len(table.dimensions) > 1]
    printing = [
        table
        for table in crossed
        if any(linked.number(table, cell) == number for cell in table.cells)
    ]
    if not crossed:
        raise Refused(
            "these tables cannot be published with hidden cells, not even one-way ones; "
            "nothing was written: use mode rounded"
        )
    return (printing or crossed)[-1]
