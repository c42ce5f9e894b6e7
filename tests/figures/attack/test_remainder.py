"""What nobody published by itself is one remainder: no interval knows the difference."""

from collections.abc import Sequence
from itertools import product
from math import ceil, floor, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.figures.attack import Release, attack, bounds
from console.figures.attack.bounds import prove
from console.figures.attack.layout import Growth, Holding, Layout, Sum, joint
from console.figures.attack.system import build
from tests.figures.attack.folders import Cell, Made, T, release, with_margins
from tests.figures.attack.test_exact import plain

LATE = {"vintage": 2, "restates": {"vintage": 1, "late": True}}
MONTHS = 4
CELLS = list(product("ab", "mw"))


def month_by_month(releases: Sequence[Release]) -> Layout:
    """The layout with unknowns of its own for every month, whoever published it."""
    layout = Layout()
    lows, highs = {}, {}
    longer = [at for at, each in enumerate(releases) if each.last > each.first]
    first, last = min(each.first for each in releases), max(each.last for each in releases)
    for month in range(first, last + 1):
        here = [at for at, each in enumerate(releases) if (each.first, each.last) == (month, month)]
        spans = [layout.add() for _ in here or [0]]
        lows[month], highs[month] = spans[0], spans[-1]
        layout.growths.extend(map(Growth, spans, spans[1:]))
        layout.holdings.extend(Holding(*each, 0) for each in zip(spans, here, strict=False))
        over = [at for at in longer if releases[at].first <= month <= releases[at].last]
        layout.holdings.extend(Holding(each, at, 0, False) for each in spans for at in over)
    for at in longer:
        whole, inside = layout.add(), range(releases[at].first, releases[at].last + 1)
        layout.holdings.append(Holding(whole, at, 0))
        layout.sums.append(
            Sum(whole, tuple(lows[each] for each in inside), tuple(highs[each] for each in inside))
        )
    return layout


def made(cells: dict[Cell, int], period: str, change: int, **told: object) -> Release:
    table = Made("t", ("r", "g"), cells)
    return release([table], period, rounding={"base": 5, "max_change": change}, **told)


def counts(most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, most), min_size=len(CELLS), max_size=len(CELLS))


@st.composite
def some_releases(draw: st.DrawFn) -> list[Release]:
    """Some months of a longer period and one within it, as made here or rounded carelessly."""
    own = draw(st.booleans())
    change = 4 if own else 2
    counted = [draw(counts(3 if own else 9)) for _ in range(MONTHS)]
    late = draw(counts(1))

    def shown(months: Sequence[int], more: Sequence[int] = (0,) * len(CELLS)) -> dict[Cell, int]:
        parts = [counted[month] for month in months]
        sums = map(sum, zip(*parts, more, strict=True))
        full = with_margins(dict(zip(CELLS, sums, strict=True)))
        return {cell: 5 * (count if own else round(count / 5)) for cell, count in full.items()}

    given_months = draw(st.sets(st.integers(0, MONTHS - 1), max_size=MONTHS - 1))
    restated = 0 in given_months and draw(st.booleans())
    found = [made(shown([each]), f"2026-0{each + 1}", change) for each in sorted(given_months)]
    more = late if restated else [0] * len(CELLS)
    if restated:
        found.append(made(shown([0], late), "2026-01", change, **LATE))
    whole = range(MONTHS)
    wide = change * MONTHS if own else change
    found.append(made(shown(whole, more), f"2026-01/2026-0{MONTHS}", wide))
    if draw(st.booleans()):
        found.append(made(shown(range(2, MONTHS)), f"2026-03/2026-0{MONTHS}", change * 2))
    return found


@settings(max_examples=25)
@given(releases=some_releases())
def test_no_interval_changes_by_it(releases: list[Release]) -> None:
    system = build(releases, joint(releases, range(len(releases))))
    apart = build(releases, month_by_month(releases))
    proven = prove(system, np.ones(len(system.low), dtype=bool))
    expected = plain(apart)
    for table, numbers in system.printed.items():
        for number, other in zip(numbers, apart.printed[table], strict=True):
            low, high = expected[other]
            assert proven.low[number] == ceil(low - 1e-6)
            assert proven.high[number] == (inf if high == inf else floor(high + 1e-6))


def square(each: int) -> dict[Cell, int]:
    return with_margins(dict.fromkeys(CELLS, each))


def test_months_between_others_are_one_remainder() -> None:
    months = [made(square(5), f"2026-{each:02d}", 4) for each in (2, 5, 9)]
    year = made(square(60), "2026", 48)
    assert joint([*months, year], range(4)).spans == 5


def test_two_longer_periods_leave_a_remainder_each() -> None:
    months = [made(square(5), f"2026-{each:02d}", 4) for each in (2, 5, 9)]
    quarter, year = made(square(15), "2026-Q1", 12), made(square(60), "2026", 48)
    assert joint([*months, quarter, year], range(5)).spans == 7


@pytest.fixture
def few_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """No programme may be of all unknowns."""

    def program_of(*_given: object) -> None:
        raise AssertionError

    monkeypatch.setattr(bounds, "program_of", program_of)


@pytest.mark.usefixtures("few_moves")
@pytest.mark.parametrize("before, after, quarter", [(5, 10, 20), (5, 10, 5), (0, 5, 5)])
def test_a_sum_without_its_months_needs_no_programme_of_all_cells(
    before: int, after: int, quarter: int
) -> None:
    """Whether the month was restated before the sum was published or after."""
    first, again = made(square(before), "2026-01", 4), made(square(after), "2026-01", 4, **LATE)
    summed = made(square(quarter), "2026-Q1", 12)
    for releases in ([first, again, summed], [first, summed]):
        found = attack(releases)
        assert found.verdict == "safe"


@pytest.mark.usefixtures("few_moves")
def test_a_count_goes_to_its_end_with_more_than_one_of_its_parts() -> None:
    """15 in the quarter may be 6 if the 10 in one month are: 4 fewer there, and 5 elsewhere."""
    found = attack([made(square(10), "2026-01", 4), made(square(15), "2026-Q1", 12)])
    [low] = [
        each.low
        for each in found.cells
        if each.release == "2026-Q1" and each.cell == {"r": "a", "g": "m"}
    ]
    assert low == 6
    assert found.verdict == "safe"


def test_a_sum_that_narrows_the_months_it_has_is_still_found() -> None:
    first = made(square(10), "2026-01", 4)
    found = attack([first, made(square(9), "2026-Q1", 4)])
    assert found.verdict == "unsafe"
    assert not found.contradictions
    assert {each.high for each in found.cells if T not in each.cell.values()} == {13}
