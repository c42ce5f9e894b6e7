"""The attack proves what two plain linear programmes per cell prove, no more and no less."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import ceil, floor, inf

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.figures.attack import Release, attack
from console.figures.attack.bounds import propagate, prove
from console.figures.attack.layout import Layout, joint, single
from console.figures.attack.moves import reached
from console.figures.attack.system import System, build
from tests.figures.attack.folders import Cell, Made, T, below, hide, release, with_margins


def plain(system: System) -> list[tuple[float, float]]:
    """Two fresh programmes for every unknown, with nothing worked out beforehand."""
    count, rows = len(system.low), len(system.least)
    found = []
    for number, sense in product(range(count), (1.0, -1.0)):
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = count, rows
        program.col_cost_ = np.array([sense * (each == number) for each in range(count)])
        program.col_lower_, program.col_upper_ = system.low, system.high
        program.row_lower_, program.row_upper_ = system.least, system.most
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.searchsorted(system.row, np.arange(rows + 1))
        program.a_matrix_.index_, program.a_matrix_.value_ = system.at, system.weight
        solver.passModel(program)
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            found.append(sense * solver.getInfo().objective_function_value)
        else:
            found.append(-sense * inf)
    return list(zip(found[::2], found[1::2], strict=True))


def assert_exact(releases: Sequence[Release], layout: Layout, *, legend: bool = True) -> None:
    system = build(releases, layout, legend=legend)
    proven = prove(system, np.ones(len(system.low), dtype=bool))
    for number, (low, high) in enumerate(plain(system)):
        assert proven.low[number] == ceil(low - 1e-6)
        assert proven.high[number] == (inf if high == inf else floor(high + 1e-6))


GENDERS, AGES, ISSUES = ("w", "m"), ("y", "o", "u"), ("i", "j", "k")
AXES = {"gender": GENDERS, "age": AGES, "issue": ISSUES}
PAIRS = (("age", "gender"), ("issue", "gender"), ("issue", "age"))


def calls(most: int) -> st.SearchStrategy[dict[Cell, int]]:
    cells = list(product(*AXES.values()))
    counts = st.lists(st.integers(0, most), min_size=len(cells), max_size=len(cells))
    return counts.map(lambda drawn: dict(zip(cells, drawn, strict=True)))


def pair_tables(true: Mapping[Cell, int]) -> list[tuple[tuple[str, str], dict[Cell, int]]]:
    names = tuple(AXES)
    found = []
    for pair in PAIRS:
        leaves = dict.fromkeys(product(*(AXES[name] for name in pair)), 0)
        for cell, count in true.items():
            leaves[tuple(cell[names.index(name)] for name in pair)] += count
        found.append((pair, with_margins(leaves)))
    return found


def hidden_release(true: Mapping[Cell, int], period: str = "2026-03") -> Release:
    made = [Made("_".join(pair), pair, hide(cells, below(5))) for pair, cells in pair_tables(true)]
    return release(made, period, hidden={"<5": [0, 4]})


def rounded_release(true: Mapping[Cell, int], period: str = "2026-03", **told: object) -> Release:
    """Each cell rounded by itself to the nearest five, as a careless program would."""
    made = [
        Made("_".join(pair), pair, {cell: 5 * round(count / 5) for cell, count in cells.items()})
        for pair, cells in pair_tables(true)
    ]
    return release(made, period, rounding={"base": 5, "max_change": 2}, **told)


@settings(max_examples=6)
@given(true=calls(4), legend=st.booleans())
def test_hidden_cells_of_linked_tables(true: dict[Cell, int], legend: bool) -> None:
    releases = [hidden_release(true)]
    assert_exact(releases, joint(releases, [0]), legend=legend)


@settings(max_examples=6)
@given(true=calls(4))
def test_rounded_cells_of_linked_tables(true: dict[Cell, int]) -> None:
    releases = [rounded_release(true)]
    assert_exact(releases, joint(releases, [0]))
    assert_exact(releases, single(releases, [0]))


@settings(max_examples=6)
@given(true=calls(3), change=st.integers(1, 4))
def test_numbers_that_are_a_solution_themselves(true: dict[Cell, int], change: int) -> None:
    """The moves that need no solver prove what the solver would."""
    made = [Made("_".join(pair), pair, cells) for pair, cells in pair_tables(true)]
    releases = [release(made, rounding={"base": 1, "max_change": change})]
    assert_exact(releases, joint(releases, [0]))


@settings(max_examples=3)
@given(first=calls(2), second=calls(2), late=calls(1))
def test_months_their_sum_and_a_late_vintage(
    first: dict[Cell, int], second: dict[Cell, int], late: dict[Cell, int]
) -> None:
    both = {cell: count + second[cell] for cell, count in first.items()}
    again = {cell: count + late[cell] for cell, count in first.items()}
    releases = [
        hidden_release(first, "2026-01"),
        hidden_release(both, "2026-01/2026-02"),
        rounded_release(again, "2026-01", vintage=2, restates={"vintage": 1, "late": True}),
    ]
    assert_exact(releases, joint(releases, [0, 1, 2]))


@settings(max_examples=25)
@given(first=calls(4), second=calls(4))
def test_no_interval_excludes_the_truth(first: dict[Cell, int], second: dict[Cell, int]) -> None:
    both = {cell: count + second[cell] for cell, count in first.items()}
    truth = {"2026-01": first, "2026-02": second, "2026-01/2026-02": both}
    releases = [
        rounded_release(first, "2026-01"),
        hidden_release(second, "2026-02"),
        rounded_release(both, "2026-01/2026-02"),
    ]
    tables = {
        (period, "_".join(pair)): cells
        for period, true in truth.items()
        for pair, cells in pair_tables(true)
    }
    found = attack(releases)
    assert not found.contradictions
    for cell in found.cells:
        true = tables[cell.release, cell.table][tuple(cell.cell.values())]
        assert cell.low <= true
        assert cell.high is None or true <= cell.high


@pytest.mark.parametrize("legend", [True, False])
def test_an_unprinted_total_is_unbounded(legend: bool) -> None:
    cells: dict[Cell, int | str] = {("w", "y"): "x", ("w", "o"): 6, ("m", "y"): 7, ("m", "o"): 8}
    releases = [release([Made("t", ("gender", "age"), cells)], hidden={"x": [2, None]})]
    assert_exact(releases, joint(releases, [0]), legend=legend)
    [found] = [each for each in attack(releases).cells if each.published == "x"]
    assert (found.low, found.high) == (2, None)
    assert T not in found.cell.values()


def test_a_move_that_breaks_a_sum_proves_nothing() -> None:
    cells = with_margins({("w", "y"): 5, ("w", "o"): 10, ("m", "y"): 15, ("m", "o"): 5})
    both = {cell: 2 * count for cell, count in cells.items()}
    table, rounding = ("gender", "age"), {"base": 5, "max_change": 4}
    releases = [
        release([Made("t", table, cells)], "2026-01", rounding=rounding),
        release([Made("t", table, cells)], "2026-02", rounding=rounding),
        release([Made("t", table, both)], "2026-01/2026-02", rounding=rounding),
    ]
    system = build(releases, joint(releases, [0, 1, 2]))
    low, high = propagate(system)
    wanted = np.ones(len(low), dtype=bool)
    down, up, possible = reached(system, wanted, low, high)
    assert possible
    assert down.all()
    assert up.all()
    system.together = [(span,) for span in range(3)]
    down, up, possible = reached(system, wanted, low, high)
    assert possible
    assert not down.any()
    assert not up.any()


def test_moves_that_end_before_the_bound_prove_nothing() -> None:
    """Alone, a month's first vintage can have two more calls: then it has what the second has."""
    both = [with_margins(dict.fromkeys(product("ab", "mw"), each)) for each in (5, 7)]
    late = {"vintage": 2, "restates": {"vintage": 1, "late": True}}
    first, second = (
        release([Made("t", ("r", "g"), cells)], rounding={"base": 5, "max_change": 4}, **told)
        for cells, told in zip(both, ({}, late), strict=True)
    )
    system = build([first, second], joint([first, second], [0, 1]))
    low, high = propagate(system)
    system.together = [(0,)]
    down, up, possible = reached(system, np.ones(len(low), dtype=bool), low, high)
    assert possible
    inner = [
        number for number, cell in zip(system.printed[0, 0], both[0], strict=True) if T not in cell
    ]
    assert down[inner].all()
    assert not up[inner].any()
