"""Links between tables, releases and vintages; contradictions; insiders; and our own releases."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from console import figures
from console.errors import BadUsage
from console.figures.attack import SCENARIOS, Findings, Known, Release, attack, read_folder
from tests.figures.attack.folders import Cell, Made, Shown, T, hide, release, with_margins
from tests.figures.rows import long_tailed
from tests.figures.test_export import NOW, insert
from tests.vaults import make_vault, open_as

NO_LEGEND = {"x": [0, None]}
FIVES = {"base": 5, "max_change": 4}


def interval(found: Findings, table: str, cell: Cell, of: str = "") -> tuple[int, int | None]:
    [each] = [
        each
        for each in found.cells
        if each.table == table and tuple(each.cell.values()) == cell and of in ("", each.release)
    ]
    return each.low, each.high


def gender(w: int | str, m: int | str, total: int | str) -> Shown:
    return {("w",): w, ("m",): m, (T,): total}


def month(period: str, shown: Shown, **told: object) -> Release:
    return release([Made("gender", ("gender",), shown)], period, **{"rounding": FIVES, **told})


def test_a_coarser_dimension_is_the_sum_of_the_finer_one() -> None:
    regions: Shown = {("r1",): "x", ("r2",): 4, ("r3",): "x", ("A",): 1, (T,): 20}
    areas: Shown = {("A",): 8, ("B",): 12, (T,): 20}
    codes = {"r1": "A", "r2": "A", "A": "A", "r3": "B"}
    tables = [Made("region", ("region",), regions), Made("area", ("area",), areas)]
    level = [{"dimension": "region", "coarser": "area", "codes": codes}]
    found = attack([release(tables, hidden=NO_LEGEND, levels=level)])
    assert interval(found, "region", ("r1",)) == (3, 3)
    assert interval(found, "region", ("r3",)) == (12, 12)
    assert interval(attack([release(tables, hidden=NO_LEGEND)]), "region", ("r1",)) == (0, 15)


def test_contacts_of_kind_data_are_the_calls() -> None:
    kinds: Shown = {("data",): "x", ("silent",): "x", (T,): 19}
    tables = [
        Made("kind", ("kind",), kinds, counts="contacts"),
        Made("gender", ("gender",), gender(3, 9, 12)),
    ]
    found = attack([release(tables, hidden=NO_LEGEND)])
    assert interval(found, "kind", ("silent",)) == (7, 7)


def test_mentions_of_two_dimensions_are_not_the_same_count() -> None:
    def tables(first: str, second: str) -> list[Made]:
        hidden: Shown = {("a",): "x", ("b",): 2, (T,): "x"}
        known: Shown = {("w",): 3, ("m",): 6, (T,): 9}
        return [
            Made("i", ("issue",), hidden, "mentions", first),
            Made("g", ("gender",), known, "mentions", second),
        ]

    alike = attack([release(tables("issue", "issue"), hidden=NO_LEGEND)])
    assert interval(alike, "i", ("a",)) == (7, 7)
    apart = attack([release(tables("issue", "platform"), hidden=NO_LEGEND)])
    assert interval(apart, "i", ("a",)) == (0, None)
    assert interval(attack([release(tables("", ""), hidden=NO_LEGEND)]), "i", ("a",)) == (7, 7)


def test_a_cell_that_is_not_printed_is_a_structural_zero() -> None:
    cells: dict[Cell, int | str] = {("w", "y"): 5, ("w", "o"): 5, ("w", T): 10, ("m", "o"): 0}
    cells |= {("m", T): 0, (T, "y"): 5, (T, "o"): 5, (T, T): 10}
    found = attack([release([Made("t", ("g", "a"), cells)], rounding=FIVES)])
    assert ("m", "y") not in {tuple(each.cell.values()) for each in found.cells}
    assert found.verdict == "safe"
    assert interval(found, "t", ("w", "y")) == (1, 9)
    hidden: Shown = {("w", "y"): 5, ("w", "o"): 5, ("w", T): 10, ("m", "o"): "x", ("m", T): 7}
    found = attack([release([Made("t", ("g", "a"), hidden)], hidden=NO_LEGEND)])
    assert interval(found, "t", ("m", "o")) == (7, 7)


def test_a_quarter_is_the_sum_of_its_months_published_or_not() -> None:
    months = [month(f"2026-0{n}", gender(5, 10, 15)) for n in (1, 2)]
    quarter = month("2026-Q1", gender(10, 20, 30))
    found = attack([*months, quarter])
    assert interval(found, "gender", ("w",), "2026-01") == (1, 9)
    assert interval(found, "gender", ("w",), "2026-Q1") == (6, 14)
    tight = attack([*months, month("2026-Q1", gender(0, 30, 30))])
    assert interval(tight, "gender", ("w",), "2026-01") == (1, 3)
    assert interval(tight, "gender", ("w",), "2026-Q1") == (2, 4)
    assert tight.proven_small == 3
    assert tight.scenarios["linked"].proven_small == 0
    full = [*months, month("2026-03", gender(5, 10, 15)), month("2026-Q1", gender(30, 20, 45))]
    assert interval(attack(full), "gender", ("w",), "2026-01") == (8, 9)


def test_the_mere_sum_of_published_months_says_nothing_new() -> None:
    months = [month(f"2026-0{n}", gender(0, 10, 10)) for n in (1, 2, 3)]
    quarter = month("2026-Q1", gender(0, 30, 30), rounding={"base": 5, "max_change": 12})
    found = attack([*months, quarter])
    assert found.verdict == "safe"
    assert interval(found, "gender", ("m",), "2026-Q1") == (18, 42)
    assert interval(found, "gender", ("w",), "2026-Q1") == (0, 12)
    uneven = [month(f"2026-0{n}", gender(0, 10 * n - 10, 10 * n - 10)) for n in (1, 2, 3)]
    found = attack([*uneven, quarter])
    assert found.verdict == "safe"
    assert interval(found, "gender", ("m",), "2026-Q1") == (22, 42)
    tighter = month("2026-Q1", gender(0, 30, 30), rounding={"base": 5, "max_change": 1})
    assert attack([*months, tighter]).verdict == "unsafe"


def test_a_sum_that_lacks_a_code_proves_that_nobody_had_it() -> None:
    other: Shown = {("w",): 10, ("m",): 10, ("o",): 0, (T,): 20}
    months = [month(f"2026-0{n}", other) for n in (1, 2, 3)]
    rounding = {"base": 5, "max_change": 12}
    full = month("2026-Q1", {key: 3 * count for key, count in other.items()}, rounding=rounding)
    assert attack([*months, full]).verdict == "safe"
    found = attack([*months, month("2026-Q1", gender(30, 30, 60), rounding=rounding)])
    assert interval(found, "gender", ("o",), "2026-01") == (0, 0)
    assert found.exact == 3


def test_a_vintage_with_late_calls_counts_no_fewer() -> None:
    late = {"vintage": 2, "restates": {"vintage": 1, "late": True}}
    first = month("2026-01", gender(5, 10, 15))
    assert attack([first, month("2026-01", gender(10, 10, 20), **late)]).verdict == "safe"
    found = attack([first, month("2026-01", gender(0, 10, 10), **late)])
    assert interval(found, "gender", ("w",), "2026-01") == (1, 4)
    assert interval(found, "gender", ("w",), "2026-01 vintage 2") == (1, 4)
    assert found.proven_small == 2


def test_two_vintages_of_the_same_calls_narrow_each_other() -> None:
    first = month("2026-01", gender(5, 10, 15))
    found = attack([first, month("2026-01", gender(0, 10, 10), vintage=2)])
    assert interval(found, "gender", ("w",), "2026-01") == (1, 4)
    assert found.releases == ("2026-01", "2026-01 vintage 2")
    assert not found.notes


def test_vintages_that_cannot_count_the_same_calls_are_taken_apart() -> None:
    first = month("2026-01", gender(5, 10, 15))
    found = attack([first, month("2026-01", gender(50, 10, 60), vintage=2)])
    assert found.verdict == "safe"
    assert not found.contradictions
    assert "must have changed" in found.notes[0]


def test_a_release_that_contradicts_itself_is_named() -> None:
    wrong = month("2026-01", gender(5, 10, 90))
    right = month("2026-02", gender(5, 10, 15))
    found = attack([wrong, right])
    assert found.contradictions == ("2026-01 contradicts itself",)
    assert found.verdict == "unsafe"
    assert interval(found, "gender", ("w",), "2026-02") == (1, 9)
    assert interval(found, "gender", (T,), "2026-01") == (86, 94)


def test_a_sum_that_its_months_rule_out_is_named() -> None:
    months = [month(f"2026-0{n}", gender(5, 10, 15)) for n in (1, 2, 3)]
    found = attack([*months, month("2026-Q1", gender(50, 10, 60))])
    assert found.contradictions == ("2026-01, 2026-Q1, 2026-02, 2026-03 contradict each other",)
    assert found.verdict == "unsafe"


def square(corner: int) -> Mapping[Cell, int]:
    """Two by two hidden cells with all totals 4: who knows one of them knows them all."""
    counts = (corner, 4 - corner, 4 - corner, corner)
    return with_margins(dict(zip(product("ab", "mw"), counts, strict=True)))


def test_a_caller_who_knows_her_own_call_proves_the_one_across() -> None:
    shown = hide(square(2), lambda cell, _count: "<5" if T not in cell else None)
    releases = [release([Made("t", ("r", "g"), shown)], hidden={"<5": [0, 4]})]
    assert "insider" not in attack(releases).scenarios
    found = attack(releases, seats=True)
    assert found.verdict == "safe"
    assert found.scenarios["legend_known"].proven_small == 0
    assert found.scenarios["insider"].proven_small == 4


def test_a_known_count_gives_the_others_away() -> None:
    shown = hide(square(1), lambda cell, _count: "<5" if T not in cell else None)
    releases = [release([Made("t", ("r", "g"), shown)], hidden={"<5": [0, 4]})]
    row = Known("t", {"r": "a", "g": "m"}, 1)
    assert attack(releases, insider=[row]).scenarios["insider"].exact == 3
    member = Known("t", {"r": "a", "g": "m"})
    inside = attack(releases, insider=[member]).scenarios["insider"]
    assert (inside.exact, inside.proven_small) == (0, 1)


def test_what_is_known_of_a_sum_is_used_on_its_months() -> None:
    months = [month(f"2026-0{n}", gender(0, 10, 10)) for n in (1, 2, 3)]
    quarter = month("2026-Q1", gender(0, 30, 30), rounding={"base": 5, "max_change": 12})
    known = Known("gender", {"gender": "w"}, 0, release="2026-Q1")
    found = attack([*months, quarter], insider=[known])
    assert found.verdict == "safe"
    assert found.scenarios["insider"].exact == 3


@pytest.mark.parametrize(
    "known",
    [
        Known("other", {"r": "a"}, 1),
        Known("t", {"r": "z"}, 1),
        Known("t", {"age": "y"}, 1),
        Known("t", {"r": "a"}, 9),
        Known("t", {"r": "a", "g": "m"}, 1, release="2025-01"),
    ],
)
def test_knowledge_that_fits_nothing_is_bad_usage(known: Known) -> None:
    shown = hide(square(1), lambda cell, _count: "<5" if T not in cell else None)
    releases = [release([Made("t", ("r", "g"), shown)], hidden={"<5": [0, 4]})]
    with pytest.raises(BadUsage):
        attack(releases, insider=[known])


def test_a_release_of_our_own_is_safe_from_every_seat(tmp_path: Path) -> None:
    make_vault(tmp_path / "home")
    with open_as(tmp_path / "home", "carla") as vault:
        insert(vault, "2026-03", long_tailed(1, 60))
        done = figures.export(vault, "2026-03", tmp_path / "out", now=NOW)
    found = attack([read_folder(done.folder)], seats=True)
    assert list(found.scenarios) == list(SCENARIOS)
    assert found.verdict == "safe"
    assert len(found.cells) > 1000
    assert not found.contradictions
    for each in found.scenarios.values():
        assert (each.exact, each.proven_small, each.narrowed) == (0, 0, 0)
    for cell in found.cells:
        assert isinstance(cell.published, int)
        assert (cell.low, cell.high) == (max(0, cell.published - 4), cell.published + 4)


def test_one_number_changed_in_a_release_of_our_own_is_found() -> None:
    leaves = {cell: 5 * n for n, cell in enumerate(product("abc", "mwo"))}
    true = with_margins(leaves)
    made = Made("t", ("r", "g"), true)
    assert attack([release([made], rounding=FIVES)]).verdict == "safe"
    changed = Made("t", ("r", "g"), {**true, ("b", T): true["b", T] + 10})
    found = attack([release([changed], rounding=FIVES)])
    assert found.narrowed > 0
    assert found.verdict == "unsafe"
