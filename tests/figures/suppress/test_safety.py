"""Suppressed tables: what nobody can prove, counted out without any solver."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.errors import Refused
from console.figures.published import Protected, PublishedTable
from console.figures.suppression import hidden_labels, suppress
from console.figures.suppression.opening import cost
from console.figures.tables import Definition
from console.figures.tally import TOTAL, Cell, RawTable, sums_of, tabulate
from tests.figures.rows import AREAS, Call, long_tailed, some_calls, tables_of, whole_calls
from tests.figures.suppress.shapes import hidden, municipalities, reachable, table

COUNTS = st.integers(0, 9)
SIX = st.lists(COUNTS, min_size=6, max_size=6).filter(lambda all_: sum(n >= 5 for n in all_) < 4)
"""Inner counts with few enough large ones for every possible truth to be counted out."""


def assert_safe(result: Protected, threshold: int = 5) -> None:
    possible = reachable(result, threshold)
    for (name, cell), label in hidden(result).items():
        if label != "x":
            assert (name, cell, 0) in possible
            assert (name, cell, threshold - 1) in possible
    assert_true(result, threshold)


def assert_true(result: Protected, threshold: int = 5) -> None:
    for each in result.tables:
        assert list(each.published) == list(each.raw.cells)
        for cell, shown in each.published.items():
            true = each.raw.cells[cell]
            if isinstance(shown, int):
                assert shown == true >= threshold
            else:
                low, high = hidden_labels(threshold)[shown]
                assert low <= true <= (true if high is None else high)


@settings(max_examples=25)
@given(SIX)
def test_every_small_count_of_a_table_could_be_any_small_count(inner: list[int]) -> None:
    assert_safe(suppress([table("t", ("a", "c"), inner)]))


@settings(max_examples=15)
@given(st.lists(COUNTS, min_size=4, max_size=4), st.integers(0, 18), st.integers(0, 18))
def test_linked_tables_are_safe_together(inner: list[int], first: int, second: int) -> None:
    whole = inner[0] + inner[1], inner[2] + inner[3]
    first, second = min(first, whole[0]), min(second, whole[1])
    other = table("u", ("a", "b"), [first, whole[0] - first, second, whole[1] - second])
    other = replace(other, dimensions=("a", "other"))
    assert_safe(suppress([table("t", ("a", "b"), inner), other]))


@settings(max_examples=8)
@given(some_calls())
def test_any_month_is_published_truly_and_its_equal_cells_alike(calls: list[Call]) -> None:
    result = suppress(tables_of(calls), areas=AREAS)
    assert_true(result)
    seen: dict[object, object] = {}
    for each in result.tables:
        for cell, shown in each.published.items():
            pairs = zip(each.raw.dimensions, cell, strict=True)
            key = each.raw.counts, frozenset(pair for pair in pairs if pair[1] != TOTAL)
            assert seen.setdefault(key, shown) == shown


def test_the_cheapest_choice_for_eight_municipalities_is_three_rows_of_two_columns() -> None:
    # Labels are known, and counts up to 3 are small: "<4" stands for 0 to 3.
    result = suppress([municipalities()], threshold=4)
    assert hidden(result) == {
        ("cases", (place, kind)): label
        for place in ("m2", "m4", "m8")
        for kind, label in (("annet", "x"), ("arbeid", "<4"))
    }


def test_no_other_choice_for_eight_municipalities_is_as_cheap() -> None:
    raw = municipalities()
    small = {cell for cell, count in raw.cells.items() if count < 4}
    assert {raw.cells[cell] for cell in small} == {1, 2, 3}
    chosen = {(place, "annet") for place in ("m2", "m4", "m8")}
    least = sum(cost(raw.cells[cell]) for cell in chosen)
    prices = {cell: cost(count) for cell, count in raw.cells.items() if count >= 4}
    sums = [{total, *parts} for total, parts in sums_of(raw)]
    hopeful = [
        set(extra)
        for size in range(5)
        for extra in combinations(prices, size)
        if sum(prices[cell] for cell in extra) <= least
        and all(len(each & {*extra, *small}) != 1 for each in sums)
    ]
    # A sum with one hidden cell gives it away; of what else costs no more, one choice is left.
    assert hopeful == [chosen]
    assert min(prices.values()) * 5 > least


@settings(max_examples=10)
@given(st.lists(COUNTS, min_size=4, max_size=4).filter(lambda inner: min(inner) < 5))
def test_nothing_cheaper_than_the_proven_choice_is_safe(inner: list[int]) -> None:
    result = suppress([table("t", ("a", "b"), inner)])
    (only,) = result.tables
    labels = hidden(result)
    if "*" in labels.values() or result.coarser:
        return
    optional = [cell for cell, count in only.raw.cells.items() if count >= 5]
    price = sum(cost(only.raw.cells[cell]) for (_, cell), label in labels.items() if label == "x")
    small = {(cell, n) for (_, cell), label in labels.items() if label == "<5" for n in (0, 4)}
    for size in range(len(optional)):
        for some in combinations(optional, size):
            if sum(cost(only.raw.cells[cell]) for cell in some) < price:
                shown = {
                    cell: "<5" if n < 5 else "x" if cell in some else n
                    for cell, n in only.raw.cells.items()
                }
                other = replace(result, tables=(PublishedTable(only.raw, shown),))
                assert not small <= {(cell, n) for _, cell, n in reachable(other)}


def test_zeros_are_as_hidden_as_ones() -> None:
    result = suppress([table("t", ("a", "c"), [0, 9, 30, 40, 25, 11])])
    assert hidden(result)["t", ("a1", "c1")] == "<5"
    assert_safe(result)


def test_a_cell_that_the_code_list_rules_out_is_shown_as_nought_and_hides_nothing() -> None:
    raw = table("t", ("a", "c"), [0, 9, 30, 40, 25, 11])

    def ruled_out(_table: RawTable, cell: Cell) -> bool:
        return cell == ("a1", "c1")

    result = suppress([raw], structural=ruled_out)
    assert hidden(result) == {}
    assert result.tables[0].published == raw.cells
    assert result.certificate["structural"] == {"t": [["a1", "c1"]]}


def test_calls_that_the_code_list_rules_out_have_no_mentions_either() -> None:
    calls = [call for call in long_tailed(1, 400) if call["gender"] != "other"]

    def ruled_out(raw: RawTable, cell: Cell) -> bool:
        codes = dict(zip(raw.dimensions, cell, strict=True))
        return raw.counts == "calls" and codes.get("gender") == "other"

    result = suppress(tables_of(calls), structural=ruled_out, areas=AREAS)
    shown = {each.raw.name: each.published for each in result.tables}
    assert shown["issue_gender"]["rape", "other"] == shown["issue_gender"][TOTAL, "other"] == 0


def test_a_cell_that_the_code_list_rules_out_must_have_no_calls() -> None:
    with pytest.raises(Refused, match="rules out has calls"):
        suppress([table("t", ("a", "c"), [3] * 6)], structural=lambda _table, cell: True)


def test_an_empty_month_shows_nothing_but_its_grid() -> None:
    for each in suppress(tables_of([]), areas=AREAS).tables:
        assert not any(isinstance(shown, int) for shown in each.published.values())


def test_a_table_without_small_counts_is_shown_whole() -> None:
    raw = table("t", ("a", "b"), [5, 6, 7, 100_000])
    result = suppress([raw])
    assert result.tables[0].published == raw.cells
    assert result.certificate["witnesses"] == []


def test_calls_that_may_be_none_have_mentions_that_may_be_none() -> None:
    # Two calls with six mentions: were the mentions' total shown, or known to be 5 or more, the
    # calls could not be none.
    rare: Call = {
        "gender": "other",
        "age": "18-25",
        "region": "r1",
        "perpetrator": "partner",
        "issue": frozenset({"rape", "threats", "stalking"}),
    }
    others = [call for call in long_tailed(1, 400) if call["gender"] != "other"]
    result = suppress(tables_of([*others, rare, rare]), areas=AREAS)
    shown = {each.raw.name: each.published for each in result.tables}
    assert shown["age_gender"][TOTAL, "other"] == "<5"
    assert shown["issue_gender"][TOTAL, "other"] == "*"
    assert shown["issue_gender"]["rape", "other"] == "<5"


def test_the_same_calls_give_the_same_cells_and_the_same_certificate() -> None:
    calls = long_tailed(2, 300)
    assert suppress(tables_of(calls)) == suppress(tables_of(reversed(calls)))


def test_tables_of_calls_and_mentions_together_form_no_cycle() -> None:
    """Each pair may be safe while all three, of one set of calls, are not: the last gives way."""
    definitions = [
        Definition("one", ("caller", "gender"), "calls"),
        Definition("two", ("issue", "gender"), "mentions", "issue"),
        Definition("three", ("issue", "caller"), "mentions", "issue"),
    ]
    result = suppress(tables_of(whole_calls(3, 400), definitions))
    assert result.coarser == ("three",)


@pytest.mark.parametrize(
    ("size", "every", "gives_way"),
    [(9, 9, False), (40, 40, True), (80, 8, True), (12, 6, False)],
    ids=["small", "hardly a count is large", "too many values to reach", "worth it"],
)
def test_a_table_that_would_be_hidden_nearly_whole_gives_way_and_is_named(
    size: int, every: int, gives_way: bool
) -> None:
    codes = {name: tuple(f"{name}{n}" for n in range(size)) for name in "ab"}
    pairs = [(a, b) for a in range(size) for b in range(size) if (a + b) % every == 0]
    counts = {(f"a{a}", f"b{b}"): 9 for a, b in pairs}
    raw = tabulate(Definition("wide", ("a", "b"), "calls"), codes.__getitem__, counts.items())
    result = suppress([raw])
    assert result.coarser == (("wide",) if gives_way else ())
    assert [each.raw.name for each in result.tables] == (["a", "b"] if gives_way else ["wide"])
