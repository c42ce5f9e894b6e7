"""What is checked of a month's figures, on numbers of which the answer is known."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console import language
from console.figures.protect import protect
from console.figures.published import PublishedTable, Shown
from console.figures.reconcile import (
    Cost,
    Line,
    MonthTotal,
    cost,
    difference,
    named,
    over_time,
    reconcile,
    title,
)
from console.figures.solve import minimise
from console.figures.tally import TOTAL, Cell, RawTable
from tests.figures.rows import Call, long_tailed, some_calls, tables_of

MONTHS = [
    MonthTotal("2025-09", 80, 80),
    MonthTotal("2025-10", 101, 100),
    MonthTotal("2026-08", 100, 100),
    MonthTotal("2026-09", 131, 130),
    MonthTotal("2026-10", 130, 135),
]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def label(dimension: str, code: str) -> str:
    return f"<{code}>" if code else dimension.capitalize()


def gender(true: Mapping[str, int], shown: Mapping[str, Shown]) -> PublishedTable:
    """Return a table by gender with the totals as they are given."""
    cells: dict[Cell, int] = {(code,): count for code, count in true.items()}
    raw = RawTable("gender", ("gender",), "calls", cells)
    return PublishedTable(raw, {(code,): count for code, count in shown.items()})


def said(lines: list[Line], topic: str) -> list[str]:
    return [line.words for line in lines if line.topic == topic]


def a_release(count: int = 120) -> list[PublishedTable]:
    tables = tables_of(long_tailed(7, count))
    return list(protect(tables, {}, b"made-up", "2026-10", minimise).tables)


def test_a_month_is_compared_with_the_one_before_and_with_last_year() -> None:
    lines = [line.words for line in over_time("2026-10", MONTHS)]
    assert lines[:4] == [
        "October 2026: 130 calls (true); September 2026: 131; 1 fewer.",
        "October 2026: published as 135; September 2026: 130; 5 more.",
        "October 2026: 130 calls (true); October 2025: 101; 29 more.",
        "October 2026: published as 135; October 2025: 100; 35 more.",
    ]


def test_the_year_so_far_is_the_sum_of_its_months_and_of_no_other() -> None:
    lines = [line.words for line in over_time("2026-09", MONTHS)]
    assert "2026 up to September 2026: 231 calls (true)." in lines
    assert "2 months of it are published: 230 calls, of 231 true." in lines
    assert "2025 has calls in 1 of these 9 months: too few to compare." in lines


def test_the_year_before_is_compared_only_month_for_month() -> None:
    whole = [MonthTotal(f"2025-{month:02}", 10) for month in range(1, 13)]
    lines = [line.words for line in over_time("2026-02", [*whole, MonthTotal("2026-02", 50)])]
    assert "2026 up to February 2026: 50 calls (true)." in lines
    assert "The same months of 2025: 20 calls (true); 30 more." in lines


def test_january_is_compared_with_december() -> None:
    months = [MonthTotal("2025-12", 7), MonthTotal("2026-01", 7)]
    lines = over_time("2026-01", months)
    assert lines[0].words == "January 2026: 7 calls (true); December 2025: 7; as many."


def test_an_unpublished_month_has_no_published_line() -> None:
    months = [MonthTotal("2026-09", 5, 5), MonthTotal("2026-10", 6)]
    assert not any("published as" in line.words for line in over_time("2026-10", months))


def test_a_month_without_a_call_is_compared_with_nothing() -> None:
    assert over_time("2027-01", MONTHS) == []


@given(st.integers(-500, 500))
def test_a_difference_says_how_many_and_which_way(calls: int) -> None:
    words = difference(calls)
    assert words == ("as many" if not calls else f"{abs(calls)} {'more' if calls > 0 else 'fewer'}")


def test_periods_are_called_by_their_names() -> None:
    assert [named(period) for period in ("2026-10", "2026", "2026-Q1", "2026-13")] == [
        "October 2026",
        "2026",
        "2026-Q1",
        "2026-13",
    ]


def test_what_protection_costs_is_counted_by_hand() -> None:
    table = gender(
        {"woman": 13, "man": 4, "trans_man": 5, "other": 0, TOTAL: 22},
        {"woman": 15, "man": 0, "trans_man": 5, "other": 0, TOTAL: 20},
    )
    found = cost([table])
    assert found.cells == 5
    assert found.mean == pytest.approx((2 + 4 + 0 + 0 + 2) / 5)
    assert found.mean_filled == pytest.approx((2 + 4 + 0 + 2) / 4)
    assert (found.largest, found.hidden) == (4, 0)


def test_hidden_cells_cost_no_change_and_are_counted() -> None:
    table = gender(
        {"woman": 13, "man": 4, TOTAL: 17},
        {"woman": "x", "man": "<5", TOTAL: 17},
    )
    found = cost([table])
    assert (found.cells, found.mean, found.largest, found.hidden) == (1, 0.0, 0, 2)
    lines = reconcile([table], "2026-10", MONTHS, label)
    assert not any(line.wrong for line in lines)
    assert "2 cells are hidden; the sums that they are in were left out here." in said(
        lines, "parts"
    )


def test_nothing_costs_nothing() -> None:
    assert cost([]) == Cost(0, 0.0, 0.0, 0, 0)


def test_parts_that_miss_their_total_are_named_true_and_shown() -> None:
    table = gender(
        {"woman": 13, "man": 4, TOTAL: 18},
        {"woman": 15, "man": 5, TOTAL: 25},
    )
    wrong = [line.words for line in reconcile([table], "2026-10", [], label) if line.wrong]
    assert wrong == [
        "Gender (true): the total is 18, and its parts add up to 17.",
        "Gender (shown): the total is 25, and its parts add up to 20.",
    ]


def test_a_release_of_ours_reconciles() -> None:
    lines = reconcile(a_release(), "2026-10", MONTHS, label)
    assert not any(line.wrong for line in lines)
    assert said(lines, "parts")[0].startswith("In all 5 tables")
    assert said(lines, "late") == []


@settings(max_examples=15)
@given(some_calls(), st.data())
def test_any_single_changed_cell_is_found(calls: list[Call], data: st.DataObject) -> None:
    tables = [PublishedTable(raw, dict(raw.cells)) for raw in tables_of(calls)]
    assert not any(line.wrong for line in reconcile(tables, "2026-10", [], label))
    at = data.draw(st.integers(0, len(tables) - 1))
    cell = data.draw(st.sampled_from(list(tables[at].published)))
    shown = {**tables[at].published, cell: tables[at].raw.cells[cell] + 5}
    tables[at] = PublishedTable(tables[at].raw, shown)
    assert any(line.wrong for line in reconcile(tables, "2026-10", [], label))


def test_tables_that_disagree_are_named_though_each_adds_up() -> None:
    one = gender({"woman": 13, TOTAL: 13}, {"woman": 15, TOTAL: 15})
    raw = replace(one.raw, name="age", dimensions=("age",), cells={("0-11",): 13, (TOTAL,): 13})
    other = PublishedTable(raw, {("0-11",): 10, (TOTAL,): 10})
    [line] = [x for x in reconcile([one, other], "2026-10", [], label) if x.wrong]
    assert line.words == "Age: the total is 13 → 10 here and 13 → 15 in a table before."


def test_what_is_not_known_has_a_percentage_only_of_a_hundred_calls() -> None:
    few = gender({"woman": 80, "unknown": 9, TOTAL: 89}, {"woman": 80, "unknown": 10, TOTAL: 90})
    many = gender(
        {"woman": 180, "unknown": 19, TOTAL: 199}, {"woman": 180, "unknown": 20, TOTAL: 200}
    )
    assert said(reconcile([few], "2026-10", [], label), "unknown") == [
        "Gender: 9 of 89 calls not known (true); shown as 10 of 90."
    ]
    assert said(reconcile([many], "2026-10", [], label), "unknown") == [
        "Gender: 19 of 199 calls not known (true); shown as 20 of 200, 10 %."
    ]


def test_late_calls_are_named() -> None:
    [words] = said(reconcile([], "2026-10", [], label, late=3), "late")
    assert words.startswith("3 calls of earlier months came in after")


def test_calls_and_mentions_are_told_apart() -> None:
    calls = gender({"woman": 3, TOTAL: 3}, {"woman": 5, TOTAL: 5})
    raw = RawTable("issue", ("issue",), "mentions", {("rape",): 7, (TOTAL,): 7}, "issue")
    issues = PublishedTable(raw, {("rape",): 5, (TOTAL,): 5})
    assert said(reconcile([calls, issues], "2026-10", [], label), "counted") == [
        "Issue: 7 mentions of 3 calls (true): a call can have many.",
        "Calls and mentions are two ways to count: never add or compare their totals.",
    ]
    assert not any(line.wrong for line in reconcile([calls, issues], "2026-10", [], label))


def test_a_table_is_called_by_its_dimensions() -> None:
    assert title(a_release()[0].raw, label) == "Region × Gender"
