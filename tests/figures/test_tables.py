"""Table definitions: what is accepted, and what is refused in words."""

import pytest

from console.errors import BadUsage, ConsoleError
from console.figures.tables import acyclic, parse, standard
from console.figures.tally import TOTAL, one_way, sums_of, tabulate
from tests.figures.rows import DEFINITIONS, GRIDS, MANY, long_tailed, tables_of


def test_the_standard_set_is_what_the_documentation_says() -> None:
    found = {table.name: (table.dimensions, table.counts) for table in standard(MANY)}
    assert list(found) == [
        "kind",
        "region_gender",
        "age_gender",
        "issue_gender",
        "issue_age",
        "perpetrator_gender",
        "caller_gender",
        "first_disclosure",
        "campaign",
        "campus",
        "area_issue",
        "platform_issue",
        "source_issue",
        "referral_partner",
        "unmet_need_area",
        "hour_of_week",
        "perpetrator_age_gender",
        "issue_age_gender",
    ]
    assert found["area_issue"] == (("area", "issue"), "mentions")
    assert found["platform_issue"] == (("one_platform", "issue"), "mentions")
    assert sum(len(dimensions) == 3 for dimensions, _ in found.values()) == 2


def a_table(name: str, dimensions: list[str], counts: str) -> str:
    return f'[[table]]\nname = "{name}"\ndimensions = {dimensions!r}\ncounts = "{counts}"\n'


@pytest.mark.parametrize(
    "text",
    [
        "[[table",
        "table = 3",
        a_table("../x", ["age"], "calls"),
        a_table("x", [], "calls"),
        a_table("x", ["age", "age"], "calls"),
        a_table("x", ["age"], "people"),
        a_table("x", ["shoe_size"], "calls"),
        a_table("x", ["issue", "age"], "calls"),
        a_table("x", ["age", "gender", "region", "source"], "calls"),
        a_table("x", ["issue", "platform"], "mentions"),
        a_table("x", ["age"], "mentions"),
        a_table("a", ["unmet_need"], "calls") + a_table("b", ["outcome"], "calls"),
        a_table("a", ["unmet_need"], "calls") + a_table("b", ["issue", "want"], "mentions"),
        a_table("a", ["one_platform"], "calls") + a_table("b", ["platform"], "mentions"),
        a_table("labels", ["age"], "calls"),
        a_table("x", ["kind"], "calls"),
        a_table("x", ["age"], "contacts"),
        a_table("x", ["kind", "status"], "referrals"),
        a_table("x", ["day"], "calls"),
        "",
        a_table("a", ["area", "gender"], "calls")
        + a_table("b", ["region", "age"], "calls")
        + a_table("c", ["age", "gender"], "calls"),
        a_table("x", ["age"], "calls") * 2,
        a_table("a", ["age", "gender"], "calls")
        + a_table("b", ["gender", "region"], "calls")
        + a_table("c", ["region", "age"], "calls"),
    ],
)
def test_definitions_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(BadUsage) as caught:
        parse(text, MANY)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("edges", "answer"),
    [
        ([], True),
        (["ab"], True),
        (["ab", "bc", "cd"], True),
        (["ab", "bc", "ca"], False),
        (["ab", "bc", "ca", "abc"], True),
        (["ab", "cd"], True),
        (["ab", "bc", "cd", "da"], False),
        (["ab", "ab"], True),
    ],
)
def test_cycles_of_dimensions_are_seen(edges: list[str], answer: bool) -> None:
    assert acyclic(edges) is answer


def test_margins_are_sums_and_the_grid_is_whole() -> None:
    calls = long_tailed(1, 250)
    by_name = {table.name: table for table in tables_of(calls)}
    table = by_name["region_gender"]
    assert len(table.cells) == (len(GRIDS["region"]) + 1) * (len(GRIDS["gender"]) + 1)
    assert table.cells[TOTAL, TOTAL] == 250
    for total, parts in sums_of(table):
        assert table.cells[total] == sum(table.cells[part] for part in parts)
    mentions = sum(max(len(call["issue"]), 1) for call in calls)
    assert by_name["issue_gender"].cells[TOTAL, TOTAL] == mentions


def test_a_code_that_the_list_lacks_is_not_dropped() -> None:
    definition = DEFINITIONS[1]
    table = tabulate(definition, GRIDS.__getitem__, [(("99", "woman"), 3), (("98", "x"), 2)])
    assert table.cells["99", TOTAL] == 3
    assert table.cells["98", "x"] == 2
    assert table.cells[TOTAL, TOTAL] == 5


def test_a_code_that_looks_like_a_total_is_refused() -> None:
    with pytest.raises(ConsoleError, match="total"):
        tabulate(DEFINITIONS[1], GRIDS.__getitem__, [((TOTAL, "woman"), 3)])


def test_one_way_tables_are_margins() -> None:
    table = tables_of(long_tailed(1, 99))[0]
    region, gender = one_way(table)
    assert (region.name, gender.name) == ("region", "gender")
    assert region.cells["r0",] == table.cells["r0", TOTAL]
    assert gender.cells[TOTAL,] == 99
