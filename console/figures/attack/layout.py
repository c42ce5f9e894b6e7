"""Which counts are which: the spans of time whose counts the releases speak of, and their sums.

A *span* is one state of the counts of one stretch of time: the calls of a month as they were known
when a vintage was made. Two releases of one span print the same counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from console.figures.attack.read import Release


@dataclass(frozen=True)
class Holding:
    """A span has the cells of a table; ``printed`` if the release says what is in them."""

    span: int
    release: int
    table: int
    printed: bool = True


@dataclass(frozen=True)
class Growth:
    """In every cell the span ``before`` counts at most what ``after`` does."""

    before: int
    after: int


@dataclass(frozen=True)
class Sum:
    """In every cell ``whole`` is at least the sum over the spans ``lows``, at most over ``highs``.

    Where these are the same it is their sum.
    """

    whole: int
    lows: tuple[int, ...]
    highs: tuple[int, ...]


@dataclass
class Layout:
    """Spans, numbered; what each holds; how they add up.

    ``together`` are sets of spans to which one call more can be added without breaking a relation.
    """

    spans: int = 0
    holdings: list[Holding] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    together: list[tuple[int, ...]] = field(default_factory=list)

    def add(self) -> int:
        """Return a new span."""
        self.spans += 1
        return self.spans - 1


def single(releases: Sequence[Release], which: Sequence[int]) -> Layout:
    """Return the layout in which every table of the releases stands alone."""
    layout = Layout()
    for release in which:
        for table in range(len(releases[release].tables)):
            span = layout.add()
            layout.holdings.append(Holding(span, release, table))
            layout.together.append((span,))
    return layout


def linked(releases: Sequence[Release], which: Sequence[int]) -> Layout:
    """Return the layout in which every release stands alone, its tables linked."""
    layout = Layout()
    for release in which:
        span = layout.add()
        _hold(layout, span, releases, release)
        layout.together.append((span,))
    return layout


def overlapping(releases: Sequence[Release], which: Sequence[int]) -> list[list[int]]:
    """Return the releases in groups, by number; periods of different groups do not overlap."""
    order = sorted(which, key=lambda at: (releases[at].first, releases[at].last))
    groups: list[list[int]] = []
    reached = -1
    for at in order:
        if not groups or releases[at].first > reached:
            groups.append([])
        groups[-1].append(at)
        reached = max(reached, releases[at].last)
    return groups


def joint(releases: Sequence[Release], group: Sequence[int], *, changed: bool = False) -> Layout:
    """Return the layout of releases whose periods overlap: longer ones are sums of shorter ones.

    Vintages of one period are one span, or, where the later says that it counts late calls too,
    two spans, the later never less. With ``changed``, vintages that say nothing are two spans with
    nothing in common.

    All that was not published by itself within the same longer periods is one remainder, however
    many months it has. That changes no interval: sums of counts of those months are counts of the
    remainder, since what is known of each (parts add up, none is below zero, what a longer period
    has no cell for is zero, a late vintage is no less) is true of sums, too; and counts of the
    remainder are counts of those months if one of them has all the calls and the others have none.
    """
    layout = Layout()
    chains = {
        period: _chain(
            layout, releases, [at for at in group if _months(releases[at]) == period], changed
        )
        for period in sorted({_months(releases[at]) for at in group})
    }
    cuts = sorted({cut for first, last in chains for cut in (first, last + 1)})
    edges: dict[tuple[int, int], tuple[int, int]] = {}
    remainders: dict[tuple[tuple[int, int], ...], tuple[int, int]] = {}
    for stretch in ((begin, end - 1) for begin, end in pairwise(cuts)):
        above = tuple(period for period in chains if period != stretch and _covers(period, stretch))
        if stretch not in chains:
            if not above:
                continue
            if above in remainders:
                edges[stretch] = remainders[above]
                continue
        chain = chains.get(stretch) or [layout.add()]
        low, high = chain[0], chain[-1]
        longer = [span for period in above for span in chains[period]]
        if any(len(chains[period]) > 1 for period in above):
            high = layout.add()
            layout.growths.append(Growth(chain[-1], high))
            chain = [*chain, high]
        edges[stretch] = low, high
        if stretch not in chains:
            remainders[above] = low, high
        for at in group:
            if _months(releases[at]) in above:
                for span in chain:
                    _hold(layout, span, releases, at, printed=False)
        for at in range(len(chain)):
            layout.together.append((*chain[at:], *longer))
            if at:
                layout.together.append((*chain[:at], *longer))
    for period, chain in chains.items():
        if period in edges:
            continue
        inside = dict.fromkeys(edges[stretch] for stretch in edges if _covers(period, stretch))
        lows, highs = tuple(low for low, _ in inside), tuple(high for _, high in inside)
        layout.sums.extend(Sum(span, lows, highs) for span in chain)
        if lows != highs:
            layout.together.extend((span,) for span in chain)
    return layout


def _chain(
    layout: Layout, releases: Sequence[Release], which: Sequence[int], changed: bool
) -> list[int]:
    """Add the vintages of one period; return their spans, each at least the one before.

    Vintages that have nothing in common with the last one are left out of what is returned.
    """
    spans: dict[int, int] = {}
    chain: list[int] = []
    for at in sorted(which, key=lambda at: releases[at].vintage):
        before = releases[at].restates
        if not chain or changed or before is not None:
            span = layout.add()
            if before in spans:
                layout.growths.append(Growth(spans[before], span))
            else:
                layout.together.extend((each,) for each in chain)
                chain.clear()
            chain.append(span)
        spans[releases[at].vintage] = chain[-1]
        _hold(layout, chain[-1], releases, at)
    return chain


def _hold(
    layout: Layout, span: int, releases: Sequence[Release], release: int, *, printed: bool = True
) -> None:
    layout.holdings.extend(
        Holding(span, release, table, printed) for table in range(len(releases[release].tables))
    )


def _months(release: Release) -> tuple[int, int]:
    return release.first, release.last


def _covers(period: tuple[int, int], stretch: tuple[int, int]) -> bool:
    return period[0] <= stretch[0] and stretch[1] <= period[1]
