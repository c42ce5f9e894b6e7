"""Rounding: what is promised of the published numbers, for any set of calls."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.errors import ConsoleError
from console.figures.protect import protect
from console.figures.published import Protected
from console.figures.rounding import Identity, Model, Running, Solution, drawn_up, identity
from console.figures.solve import NoRoundingError, minimise
from console.figures.tally import TOTAL, RawTable
from tests.figures.rows import (
    AREAS,
    GRIDS,
    STANDARD,
    Call,
    assert_promises,
    long_tailed,
    some_calls,
    tables_of,
    whole_calls,
)

SECRET = b"a made-up secret of a test, 32 B"


@settings(max_examples=60)
@given(some_calls(), st.binary(min_size=16, max_size=32), st.sampled_from(["2020-03", "2021-12"]))
def test_any_calls_give_additive_multiples_of_five_off_by_at_most_four(
    calls: list[Call], secret: bytes, period: str
) -> None:
    result = protect(tables_of(calls), {}, secret, period, minimise)
    assert_promises(result.tables)


@settings(max_examples=25)
@given(some_calls(), st.data())
def test_the_promises_hold_whatever_was_published_before(
    calls: list[Call], data: st.DataObject
) -> None:
    tables = tables_of(calls)
    drift = st.builds(Running, st.integers(0, 90), st.integers(0, 90))
    keys = {identity(table, cell) for table in tables for cell in table.cells}
    running = {key: data.draw(drift) for key in sorted(keys, key=repr)[::7]}
    assert_promises(protect(tables, running, SECRET, "2020-03", minimise).tables)


@settings(max_examples=25)
@given(some_calls())
def test_the_published_tables_are_a_possible_truth(calls: list[Call]) -> None:
    first = protect(tables_of(calls), {}, SECRET, "2020-03", minimise)
    as_if_true = [replace(table.raw, cells=table.published) for table in first.tables]
    second = protect(as_if_true, {}, b"another secret, of another site.", "2020-04", minimise)
    assert second.coarser == ()
    assert [table.published for table in second.tables] == [
        table.published for table in first.tables
    ]


@settings(max_examples=40)
@given(some_calls())
def test_nobody_can_prove_a_call_from_its_mentions(calls: list[Call]) -> None:
    tables = {table.raw.name: table for table in _protect(calls).tables}
    calls_by_gender = tables["region_gender"].published if "region_gender" in tables else {}
    mentions = tables["issue_gender"].published if "issue_gender" in tables else {}
    for (issue, gender), count in mentions.items():
        of_calls = calls_by_gender.get((TOTAL, gender))
        if of_calls is not None:
            assert issue == TOTAL or count <= of_calls
            assert issue != TOTAL or count >= of_calls


@settings(max_examples=40)
@given(some_calls())
def test_calls_by_region_and_mentions_by_area_leave_room_for_each_other(calls: list[Call]) -> None:
    wanted = [each for each in STANDARD if each.name in ("region_gender", "area_issue")]
    of_areas = [{**call, "area": AREAS[str(call["region"])]} for call in calls]
    result = protect(tables_of(of_areas, wanted), {}, SECRET, "2020-03", minimise, AREAS)
    tables = {table.raw.name: table.published for table in result.tables}
    if result.coarser:
        return
    for area in AREAS.values():
        regions = [region for region, within in AREAS.items() if within == area]
        of_calls = sum(tables["region_gender"][region, TOTAL] for region in regions)
        mentions = {code: tables["area_issue"][area, code] for code in (*GRIDS["issue"], TOTAL)}
        assert mentions.pop(TOTAL) >= of_calls
        assert max(mentions.values()) <= of_calls


def _protect(calls: list[Call]) -> Protected:
    return protect(tables_of(calls), {}, SECRET, "2020-03", minimise)


def test_a_busy_month_keeps_every_table_whole() -> None:
    result = _protect(long_tailed(1, 2_000))
    assert result.coarser == ()
    assert [table.raw.name for table in result.tables] == [
        "region_gender",
        "age_gender",
        "issue_gender",
        "issue_age",
        "perpetrator_gender",
    ]


@pytest.mark.parametrize("count", [0, 30, 300])
def test_the_standard_set_keeps_every_promise(count: int) -> None:
    raw = tables_of(whole_calls(8, count), STANDARD)
    result = protect(raw, {}, SECRET, "2020-03", minimise, AREAS)
    assert_promises(result.tables)
    assert "region_gender" in {table.raw.name for table in result.tables}
    shown = {
        frozenset(pair for pair in zip(table.raw.dimensions, cell, strict=True) if pair[1] != TOTAL)
        | {("", table.raw.counts)}: count
        for table in result.tables
        for cell, count in table.published.items()
    }
    for codes, count in shown.items():
        area = dict(codes).get("area")
        regions = [
            shown.get(codes - {("area", area or "")} | {("region", code)})
            for code, within in AREAS.items()
            if within == area
        ]
        if regions and None not in regions:
            assert count == sum(part for part in regions if part is not None)
    # An issue is mentioned by no more than all calls, and each call mentions one at least.
    for codes, count in shown.items():
        of_calls = shown.get(
            frozenset((name, code) for name, code in codes if name not in ("", "issue"))
            | {("", "calls")}
        )
        if ("", "mentions") in codes and of_calls is not None:
            assert count <= of_calls if "issue" in dict(codes) else count >= of_calls


def test_a_three_way_table_is_one_possible_truth_with_its_margins() -> None:
    raw = tables_of(whole_calls(9, 900), STANDARD)
    result = protect(raw, {}, SECRET, "2020-03", minimise, AREAS)
    assert result.coarser == ()
    tables = {table.raw.name: table.published for table in result.tables}
    for (issue, age, gender), count in tables["issue_age_gender"].items():
        assert tables["issue_gender"][issue, gender] >= count
        if issue != TOTAL and TOTAL not in (age, gender):
            assert count <= tables["age_gender"][age, gender]


def test_an_empty_month_prints_the_same_grid_as_a_busy_one() -> None:
    empty, busy = _protect([]), _protect(long_tailed(1, 2_000))
    for one, other in zip(empty.tables, busy.tables, strict=True):
        assert list(one.published) == list(other.published)
        assert set(one.published.values()) == {0}


def test_multiples_of_five_are_published_as_they_are() -> None:
    for table in _protect([_one_call("woman", "rape")] * 35).tables:
        assert table.published == table.raw.cells


def test_the_same_input_gives_the_same_numbers() -> None:
    calls = long_tailed(2, 300)
    assert _protect(calls) == _protect(list(reversed(calls)))


def test_the_draw_is_keyed_by_secret_period_table_and_cell() -> None:
    def share(remainder: int) -> float:
        hits = [drawn_up(SECRET, "2020-03", "t", (f"c{n}", TOTAL), remainder) for n in range(2_000)]
        return sum(hits) / len(hits)

    shares = [share(remainder) for remainder in range(5)]
    assert shares[0] == 0
    assert all(low < high for low, high in pairwise(shares))
    for remainder, found in enumerate(shares):
        assert abs(found - remainder / 5) < 0.05
    cells = [("2020-03", "t"), ("2020-04", "t"), ("2020-03", "u")]
    drawn = [[drawn_up(SECRET, *name, (f"c{n}",), 2) for n in range(64)] for name in cells] + [
        [drawn_up(b"other", "2020-03", "t", (f"c{n}",), 2) for n in range(64)]
    ]
    assert len({tuple(row) for row in drawn}) == len(drawn)


def test_the_draw_is_what_the_documentation_says() -> None:
    # openssl dgst -sha256 -mac HMAC -macopt key:key gives bbf888c8c11025e5…: u = 0.734.
    assert [drawn_up(b"key", "2020-03", "t", ("a", "_T"), r) for r in range(5)] == [
        False,
        False,
        False,
        False,
        True,
    ]


def test_tables_that_cannot_be_rounded_together_give_way_to_one_way_tables() -> None:
    # Five calls are exactly one unit, but the mentions of two genders need a unit of calls each.
    women = [_one_call("woman", "rape", "threats", "stalking")] * 3
    men = [_one_call("man", "blackmail", "bullying", "other")] * 2
    tables = tables_of([*women, *men])
    result = protect(tables, {}, SECRET, "2020-03", minimise)
    assert result.coarser == ("issue_gender",)
    assert "issue_gender" not in {table.raw.name for table in result.tables}
    assert_promises(result.tables)
    printed = {
        (dimension, code)
        for table in result.tables
        for cell in table.raw.cells
        for dimension, code in zip(table.raw.dimensions, cell, strict=True)
    }
    wanted = {
        (dimension, code)
        for table in tables
        for cell in table.cells
        for dimension, code in zip(table.dimensions, cell, strict=True)
    }
    assert printed == wanted


def _one_call(gender: str, *issues: str) -> Call:
    return {
        "gender": gender,
        "age": "18-25",
        "region": "r1",
        "perpetrator": "partner",
        "issue": frozenset(issues),
    }


def test_when_only_one_way_tables_can_be_rounded_the_release_is_all_one_way() -> None:
    def only_one_way(model: Model) -> Solution:
        if any(len(codes) > 1 for _, codes in model.identities):
            raise NoRoundingError("not together")
        return minimise(model)

    tables = tables_of(long_tailed(3, 200))
    result = protect(tables, {}, SECRET, "2020-03", only_one_way)
    assert result.coarser == tuple(table.name for table in tables)
    assert [table.raw.name for table in result.tables] == [
        "region",
        "gender",
        "age",
        "issue_mentions",
        "perpetrator",
    ]
    assert_promises(result.tables)


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_solver_that_lies_is_caught(share: float) -> None:
    def liar(model: Model) -> Solution:
        true = minimise(model)
        first = int(len(true.upper) * share)
        at = next(n for n in range(first, len(true.upper)) if model.choices[n].free)
        upper = list(true.upper)
        upper[at] = not upper[at]
        return Solution(tuple(upper), true.latent)

    with pytest.raises(ConsoleError, match="nothing was written"):
        protect(tables_of(long_tailed(4, 200)), {}, SECRET, "2020-03", liar)


def test_a_solver_that_fails_is_a_failure() -> None:
    def failing(model: Model) -> Solution:
        raise ConsoleError("the solver found no proven rounding; nothing was written")

    with pytest.raises(ConsoleError, match="no proven rounding"):
        protect(tables_of(long_tailed(4, 50)), {}, SECRET, "2020-03", failing)


def test_a_solver_that_runs_out_of_time_is_a_failure() -> None:
    with pytest.raises(ConsoleError, match="in 0 seconds; nothing was written"):
        protect(
            tables_of(long_tailed(4, 200)),
            {},
            SECRET,
            "2020-03",
            lambda model: minimise(model, seconds=0),
        )


def test_over_the_months_the_errors_cancel() -> None:
    worst: dict[Identity, int] = {}
    running: dict[Identity, Running] = {}
    for month in range(24):
        calls = long_tailed(7, 240)
        period = f"{2020 + month // 12}-{month % 12 + 1:02}"
        result = protect(tables_of(calls), running, SECRET, period, minimise)
        sums = {
            identity(table.raw, cell): (count, table.raw.cells[cell])
            for table in result.tables
            for cell, count in table.published.items()
        }
        for key, (count, true) in sums.items():
            before = running.get(key, Running())
            running[key] = Running(before.published + count, before.true + true)
            drift = running[key].published - running[key].true
            worst[key] = max(worst.get(key, 0), abs(drift))
    # Without the ledger a cell of 1 or 2 a month would be off by dozens after two years.
    assert max(worst.values()) <= 12
    small = [key for key, sums in running.items() if 24 <= sums.true <= 96]
    assert len(small) > 20
    assert sum(worst[key] for key in small) / len(small) < 6


def test_linked_tables_that_disagree_on_the_truth_are_refused() -> None:
    one, other, *rest = tables_of(long_tailed(5, 40))
    cells = dict(other.cells)
    cells[TOTAL, "woman"] += 1
    wrong: list[RawTable] = [one, replace(other, cells=cells), *rest]
    with pytest.raises(ConsoleError, match="disagrees"):
        protect(wrong, {}, SECRET, "2020-03", minimise)
