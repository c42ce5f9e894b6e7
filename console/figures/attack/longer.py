"""Longer periods that say nothing beyond the shorter ones whose sums they are.

If what a longer release says of each cell is never tighter than the sum of what can be proven of
the shorter ones, it restricts none of these: the sum of any counts that are possible for them is
possible for it. Then the parts can be attacked one by one, however many there are.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from console.figures.attack.bounds import Bounds
from console.figures.attack.layout import linked
from console.figures.attack.read import Level, Release
from console.figures.attack.system import Identity, System, build, identity

if TYPE_CHECKING:
    from console.figures.attack.judge import Group

_Sides = tuple[float, float, float, float]
"""Least and greatest count that is proven, and that the releases themselves say."""

_NOTHING: _Sides = (0.0, 0.0, 0.0, 0.0)

_Sums = dict[Identity, _Sides]


def top_of(releases: Sequence[Release], members: Sequence[int]) -> int | None:
    """Return the one release of the longest period, if it is rounded and others are shorter."""

    def length(at: int) -> int:
        return releases[at].last - releases[at].first

    most = max(map(length, members))
    tops = [at for at in members if length(at) == most]
    if len(tops) > 1 or len(members) == 1 or releases[tops[0]].hidden:
        return None
    return tops[0] if releases[tops[0]].max_change else None


def summed(
    releases: Sequence[Release], top: int, groups: Sequence["Group"]
) -> tuple[System, Bounds] | None:
    """Return what is proven of a longer release beside its parts, ``None`` if that needs them all.

    The parts may be of any vintage, but all first or all last ones.
    """
    group_of = {at: group for group in groups for at in group.members}
    for last in (False, True):
        parts = _parts(releases, top, list(group_of), last)
        if not parts or not all(_is_within(releases[top], releases[at]) for at in parts):
            continue
        sums = _proven(releases, parts[0], group_of[parts[0]])
        for at in parts[1:]:
            more = _proven(releases, at, group_of[at])
            # Every table is there: what one lacks is a code that its list did not have yet.
            sums = {
                what: _plus(sums.get(what, _NOTHING), more.get(what, _NOTHING))
                for what in sums.keys() | more.keys()
            }
        found = _beside(releases, top, sums)
        if found is not None:
            return found
    return None


def _parts(releases: Sequence[Release], top: int, others: Sequence[int], last: bool) -> list[int]:
    """Return releases of consecutive periods that make up the longer one, shortest first."""
    found: list[int] = []
    month = releases[top].first
    while month <= releases[top].last:
        here = [at for at in others if releases[at].first == month]
        if not here:
            return []
        end = min(releases[at].last for at in here)
        vintages = sorted(
            (at for at in here if releases[at].last == end), key=lambda at: releases[at].vintage
        )
        found.append(vintages[-1 if last else 0])
        month = end + 1
    return found if month == releases[top].last + 1 else []


def _is_within(top: Release, part: Release) -> bool:
    """Say whether every equation of the longer release is one of the shorter release, too.

    Codes that the shorter one does not have count nothing there.
    """
    known = [
        (table.counts, table.of, dict(zip(table.dimensions, map(set, table.axes), strict=True)))
        for table in part.tables
        if len(table.cells) == prod(len(axis) + 1 for axis in table.axes)
    ]
    return all(_has_level(part, level) for level in top.levels) and all(
        any(
            (table.counts, table.of) == (counts, of)
            and all(
                dimension in axes and axes[dimension] <= set(axis)
                for dimension, axis in zip(table.dimensions, table.axes, strict=True)
            )
            for counts, of, axes in known
        )
        for table in top.tables
    )


def _has_level(part: Release, level: Level) -> bool:
    return any(
        (other.dimension, other.coarser) == (level.dimension, level.coarser)
        and dict(other.codes).items() <= dict(level.codes).items()
        for other in part.levels
    )


def _plus(one: _Sides, other: _Sides) -> _Sides:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


def _proven(releases: Sequence[Release], at: int, group: "Group") -> _Sums:
    found: _Sums = {}
    for number, table in enumerate(releases[at].tables):
        unknowns = group.system.printed[at, number]
        for (cell, shown), unknown in zip(table.cells.items(), unknowns, strict=True):
            least, most = releases[at].stated(shown)
            found[identity(table, cell)] = (
                float(group.proven.low[unknown]),
                float(group.proven.high[unknown]),
                float(least),
                float("inf") if most is None else float(most),
            )
    return found


def _beside(
    releases: Sequence[Release], top: int, sums: Mapping[Identity, _Sides]
) -> tuple[System, Bounds] | None:
    system = build(releases, linked(releases, [top]))
    low, high = np.zeros(len(system.low)), np.full(len(system.low), np.inf)
    for number, table in enumerate(releases[top].tables):
        if len(table.cells) < prod(len(axis) + 1 for axis in table.axes):
            return None
        unknowns = system.printed[top, number]
        for cell, unknown in zip(table.cells, unknowns, strict=True):
            what = identity(table, cell)
            if what not in sums:
                return None
            low[unknown], high[unknown], least, most = sums[what]
            system.fair_low[unknown], system.fair_high[unknown] = least, most
    if np.any(system.low > low) or np.any(system.high < high):
        return None
    return system, Bounds(low, high, True, ())
