"""Answers that are known: from the literature, by hand, and from what careless exporters leak."""

import random
from collections.abc import Mapping
from itertools import product

import pytest

from console.figures.attack import Findings, Release, attack
from tests.figures.attack.folders import Cell, Made, Shown, T, below, hide, release, with_margins

OPEN = {"x": [0, None]}


def intervals(found: Findings, table: str = "t") -> dict[Cell, tuple[int, int | None]]:
    return {
        tuple(each.cell.values()): (each.low, each.high)
        for each in found.cells
        if each.table == table
    }


def one(
    dimensions: tuple[str, ...], cells: Shown, period: str = "2026-03", **told: object
) -> Release:
    return release([Made("t", dimensions, cells)], period, **told)


def test_a_three_by_two_table() -> None:
    """Geurts (1992): rows 7 and 3 hidden, the last row open, columns 9 and 7."""
    cells: dict[Cell, int | str] = {
        ("1", "a"): "x", ("1", "b"): "x", ("1", T): 7,
        ("2", "a"): "x", ("2", "b"): "x", ("2", T): 3,
        ("3", "a"): 3, ("3", "b"): 3, ("3", T): 6,
        (T, "a"): 9, (T, "b"): 7, (T, T): 16,
    }  # fmt: skip
    found = attack([one(("row", "column"), cells, hidden=OPEN)])
    proven = intervals(found)
    assert proven["1", "a"] == (3, 6)
    assert proven["1", "b"] == (1, 4)
    assert proven["2", "a"] == proven["2", "b"] == (0, 3)
    assert proven["3", "a"] == (3, 3)
    assert (found.exact, found.proven_small, found.narrowed) == (0, 1, 0)
    assert found.verdict == "unsafe"


def test_keyed_noise() -> None:
    """Each cell and each total changed by at most 2, apart from each other.

    By hand: the parts are printed as 3, 0, 0 and the total as 9, so the total is at least 7 and
    the parts at most 5, 2 and 2: together 9. So the total is 7 to 9, the first part at least 3
    (7 less 2 and 2), the others at most 2, as they say.
    """
    cells: dict[Cell, int | str] = {("a",): 3, ("b",): 0, ("c",): 0, (T,): 9}
    found = attack([one(("g",), cells, rounding={"base": 1, "max_change": 2})])
    assert intervals(found) == {("a",): (3, 5), ("b",): (0, 2), ("c",): (0, 2), (T,): (7, 9)}
    assert (found.exact, found.proven_small, found.narrowed) == (0, 0, 2)
    assert found.verdict == "unsafe"


def test_keyed_noise_that_gives_every_count_away() -> None:
    """Parts 4, 4 and 4 changed down, the total up: 12 is the one sum that all of them allow."""
    cells: dict[Cell, int | str] = {("a",): 2, ("b",): 2, ("c",): 2, (T,): 14}
    found = attack([one(("g",), cells, rounding={"base": 1, "max_change": 2})])
    assert set(intervals(found).values()) == {(4, 4), (12, 12)}
    assert (found.exact, found.proven_small) == (4, 3)


MUNICIPALITIES = {
    "annet": "11 7 5 13 9 12 6 9",
    "arbeid": "11 1 8 2 14 9 4 3",
    "soshjelp": "55 29 35 17 63 24 22 38",
    "trygd": "36 18 25 13 52 22 8 15",
}


def municipalities(rows: str, labels: tuple[str, str]) -> Shown:
    """Hide the rows' first two kinds: what is below 3 behind the first label, the rest."""
    true = with_margins(
        {
            (str(row), kind): int(count)
            for kind, counts in MUNICIPALITIES.items()
            for row, count in enumerate(counts.split(), start=1)
        }
    )
    return hide(
        true,
        lambda cell, count: (
            labels[count >= 3] if cell[0] in rows and cell[1] in ("annet", "arbeid") else None
        ),
    )


@pytest.mark.parametrize("labels", [("<3", "x"), ("x", "x")])
def test_six_cells_hide_eight_municipalities(labels: tuple[str, str]) -> None:
    hidden = {"<3": [0, 2], "x": [3, None] if "<3" in labels else [0, None]}
    cells = municipalities("248", labels)
    assert sum(isinstance(shown, str) for shown in cells.values()) == 6
    found = attack([one(("municipality", "kind"), cells, hidden=hidden)])
    assert found.verdict == "safe"
    if "<3" in labels:
        proven = intervals(found)
        assert proven["2", "arbeid"] == proven["4", "arbeid"] == (0, 2)
        assert found.scenarios["legend_known"] == found.scenarios["single"]


def test_four_cells_do_not() -> None:
    cells = municipalities("24", ("<3", "x"))
    found = attack([one(("municipality", "kind"), cells, hidden={"<3": [0, 2], "x": [3, None]})])
    assert intervals(found)["2", "arbeid"] == intervals(found)["4", "arbeid"] == (1, 2)
    assert (found.exact, found.proven_small, found.narrowed) == (0, 2, 2)
    assert found.scenarios["over_time"].proven_small == 0
    assert found.verdict == "unsafe"


def long_tailed(seed: int, calls: int) -> dict[Cell, int]:
    dice = random.Random(seed)
    axes = [[f"{name}{n}" for n in range(size)] for name, size in (("i", 20), ("g", 4), ("r", 8))]
    leaves = dict.fromkeys(product(*axes), 0)
    for _ in range(calls):
        leaves[tuple(axis[min(int(dice.paretovariate(0.9)), len(axis)) - 1] for axis in axes)] += 1
    return leaves


def small_and_recovered(true: Mapping[Cell, int], found: Findings) -> tuple[int, int]:
    small = {cell for cell, count in true.items() if 1 <= count <= 4}
    exact = {cell for cell, (low, high) in intervals(found).items() if low == high}
    assert all(intervals(found)[cell] == (true[cell], true[cell]) for cell in exact)
    return len(small), len(small & exact)


def test_hide_below_five_gives_small_cells_back() -> None:
    true = with_margins(long_tailed(5, 10_000))
    cells = hide(true, below(5))
    found = attack([one(("issue", "gender", "region"), cells, hidden={"<5": [1, 4]})])
    small, recovered = small_and_recovered(true, found)
    print(f"hide below 5: {recovered} of {small} small cells recovered: {recovered / small:.0%}")
    assert recovered / small >= 0.4
    assert found.verdict == "unsafe"
    assert found.exact >= recovered
    weaker = [found.scenarios[name].exact for name in ("single", "linked", "over_time")]
    assert weaker == sorted(weaker)
    assert 0 < weaker[-1] <= found.exact


def test_each_cell_rounded_by_itself_to_the_nearest_five() -> None:
    true = with_margins({key: count for key, count in long_tailed(6, 900).items() if "r0" in key})
    cells: dict[Cell, int | str] = {cell: 5 * round(count / 5) for cell, count in true.items()}
    rounding = {"base": 5, "max_change": 2}
    found = attack([one(("issue", "gender", "region"), cells, rounding=rounding)])
    print(f"nearest 5: {found.narrowed} narrowed, {found.proven_small} proven small")
    assert found.narrowed > 0
    assert found.proven_small > 0
    assert found.verdict == "unsafe"
    for cell, (low, high) in intervals(found).items():
        assert high is not None
        assert low <= true[cell] <= high


def test_one_to_seven_hidden_and_the_rest_to_the_nearest_five() -> None:
    true = with_margins({key: count for key, count in long_tailed(7, 900).items() if "g0" in key})
    cells = {cell: "*" if 1 <= count <= 7 else 5 * round(count / 5) for cell, count in true.items()}
    rounding, hidden = {"base": 5, "max_change": 2}, {"*": [1, 7]}
    found = attack([one(("i", "g", "r"), cells, rounding=rounding, hidden=hidden)])
    labelled = [each for each in found.cells if each.published == "*"]
    assert found.proven_small >= len(labelled) > 0
    assert any(each.high is not None and each.high < 7 for each in labelled)
    assert found.verdict == "unsafe"
    for cell, (low, high) in intervals(found).items():
        assert high is not None
        assert low <= true[cell] <= high


def test_a_year_to_date_undoes_what_every_single_month_hides() -> None:
    """January hides every cell and is safe alone; the year so far less February is January."""

    def cells(first: tuple[int, int, int, int], hidden: bool) -> dict[Cell, int | str]:
        keys = list(product("ab", "mw"))
        true = with_margins(dict(zip(keys, first, strict=True)))
        return hide(true, lambda cell, _count: "x" if hidden and T not in cell else None)

    january = one(("row", "sex"), cells((2, 7, 6, 3), True), "2026-01", hidden=OPEN)
    both = one(("row", "sex"), cells((9, 8, 8, 9), False), "2026-01/2026-02", hidden=OPEN)
    february = one(("row", "sex"), cells((7, 1, 2, 6), False), "2026-02", hidden=OPEN)
    assert attack([january]).verdict == "safe"
    assert attack([january, both]).verdict == "safe"
    found = attack([january, both, february])
    assert found.scenarios["linked"].exact == 0
    assert found.scenarios["over_time"].exact == found.exact == 4
    assert found.proven_small == 2
    assert found.verdict == "unsafe"


def test_tables_that_are_linked_undo_what_each_of_them_hides() -> None:
    ages = {("y",): "x", ("o",): "x", (T,): 30}
    both = {("y", "m"): 3, ("y", "w"): 9, ("y", T): 12, ("o", "m"): 8, ("o", "w"): 10}
    alone = [Made("age", ("age",), ages), Made("age_sex", ("age", "sex"), both)]
    found = attack([release(alone, hidden=OPEN)])
    assert found.scenarios["single"].exact == 0
    assert found.scenarios["linked"].exact == 2
    mentions = [alone[0], Made("age_sex", ("age", "sex"), both, counts="mentions")]
    assert attack([release(mentions, hidden=OPEN)]).scenarios["linked"].exact == 0
    assert attack([release(mentions, hidden=OPEN)]).verdict == "safe"
